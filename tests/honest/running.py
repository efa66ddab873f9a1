"""Threads, processes, time, memory and output."""

from tests.honest_cells import after, before

CELLS = [
    before(
        "prints ten thousand lines",
        """
        for i in range(10_000):
            print(f"step {i}: loss {1 / (i + 1):.4f}")
    """,
    ),
    before(
        "prints a big tensor in full",
        """
        torch.set_printoptions(threshold=100_000)
        print(torch.rand(200, 200))
    """,
    ),
    before(
        "works in threads",
        """
        import threading
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(32) as pool:
            sums = list(pool.map(lambda i: torch.full((100, 100), float(i)).sum().item(), range(200)))
        assert sums[2] == 20_000
        worker = threading.Thread(target=lambda: sum(range(1000)))
        worker.start()
        worker.join()
    """,
    ),
    before(
        "leaves a thread running in the background",
        """
        import threading, time

        def watch():
            while True:
                time.sleep(0.05)

        threading.Thread(target=watch, daemon=True).start()
        timer = threading.Timer(60, print)
        timer.daemon = True
        timer.start()
    """,
    ),
    before(
        "loads data with workers",
        """
        from torch.utils.data import DataLoader, Dataset, TensorDataset

        class Squares(Dataset):
            def __len__(self):
                return 100

            def __getitem__(self, index):
                return torch.tensor([index]), torch.tensor([index**2])

        loader = DataLoader(Squares(), batch_size=16, shuffle=True, num_workers=4, pin_memory=True,
                            persistent_workers=True, prefetch_factor=2, timeout=30,
                            worker_init_fn=lambda worker: None)
        assert sum(len(x) for x, y in loader) == 100
        next(iter(DataLoader(TensorDataset(torch.arange(6)), num_workers=2)))
    """,
    ),
    before(
        "tries processes",
        """
        import multiprocessing as mp
        from concurrent.futures import ProcessPoolExecutor
        try:
            with mp.Pool(2) as pool:
                print(pool.map(abs, [-1, 2]))
        except Exception as error:
            print("no processes here:", error)
        try:
            with ProcessPoolExecutor(2) as pool:
                print(list(pool.map(abs, [-1, 2])))
        except Exception as error:
            print("no processes here:", error)
        import torch.multiprocessing
        torch.multiprocessing.set_start_method("spawn", force=True)
        torch.multiprocessing.set_sharing_strategy("file_system")
    """,
    ),
    before(
        "tries programs",
        """
        import os, subprocess
        try:
            print(subprocess.run(["nvidia-smi"], capture_output=True).stdout)
        except OSError as error:
            print("no GPU:", error)
        os.system("clear")
    """,
    ),
    before(
        "asks for input",
        """
        try:
            name = input("name? ")
        except Exception:
            name = "nobody"
        assert name == "nobody"
    """,
    ),
    before("sleeps", "import time\ntime.sleep(0.5)"),
    before(
        "uses much memory and lets go of it",
        """
        import gc
        x = torch.ones(80_000_000)
        y = bytearray(500 << 20)
        del x, y
        gc.collect()
    """,
    ),
    before(
        "works with the garbage collector and weak references",
        """
        import gc, tracemalloc, weakref
        gc.disable()
        gc.set_threshold(100_000)
        tracemalloc.start()
        layer = nn.Linear(2, 2)
        seen = weakref.WeakValueDictionary(layer=layer)
        del layer
        gc.collect()
        gc.enable()
        gc.freeze()
    """,
    ),
    before(
        "looks at the machine",
        """
        import getpass, os, platform, socket, sys, uuid
        print(platform.platform(), platform.processor(), sys.version, os.cpu_count())
        print(socket.gethostname(), getpass.getuser(), uuid.uuid1(), torch.__config__.show())
        print(torch.cuda.is_available(), torch.cuda.device_count(), torch.backends.mps.is_available())
    """,
    ),
    before(
        "looks at its own memory",
        """
        import os, psutil
        print(psutil.Process(os.getpid()).memory_info().rss, psutil.cpu_count())
    """,
        sees_itself=True,
    ),
    before(
        "sets an alarm and an exit handler",
        """
        import atexit, signal

        def late(number, frame):
            raise TimeoutError

        signal.signal(signal.SIGALRM, late)
        signal.alarm(30)
        atexit.register(lambda: print("bye"))
        signal.alarm(0)
    """,
    ),
    before(
        "redirects its output",
        """
        import contextlib, io, sys
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            print(nn.Linear(2, 2))
        assert "Linear" in text.getvalue()
        print("to stderr", file=sys.stderr)
        original, sys.stdout = sys.stdout, io.StringIO()
        print("lost")
        sys.stdout = original
    """,
    ),
    before(
        "leaves its output redirected",
        """
        import io, sys
        sys.stdout = io.StringIO()
        sys.stderr = io.StringIO()
    """,
    ),
    before(
        "warns",
        """
        import warnings
        warnings.warn("this will be removed")
        warnings.filterwarnings("ignore")
        torch.tensor(torch.ones(2))
        warnings.simplefilter("always")
        torch.tensor(torch.ones(2))
    """,
    ),
    before(
        "turns warnings into errors",
        """
        import warnings
        import numpy as np
        warnings.simplefilter("error")
        np.seterr(all="raise")
    """,
    ),
    before(
        "configures logging",
        """
        import logging, sys
        logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(asctime)s %(message)s", force=True)
        log = logging.getLogger(__name__)
        log.debug("device %s", "cpu")
        logging.captureWarnings(True)
        import matplotlib.pyplot as plt
        plt.plot([1, 2])
    """,
    ),
    before(
        "raises the recursion limit",
        """
        import sys, threading
        sys.setrecursionlimit(10**6)
        threading.stack_size(64 << 20)

        def depth(n):
            return 0 if n == 0 else 1 + depth(n - 1)

        assert depth(5000) == 5000
    """,
    ),
    after(
        "finds an error in its own work and goes on",
        """
        try:
            MLP()(torch.randn(3, 7))
        except RuntimeError as error:
            print("shapes do not fit:", error)
        import traceback
        print(len(traceback.format_stack()))
    """,
    ),
]
