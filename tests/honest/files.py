"""Files that come and go."""

from tests.honest_cells import after, before

CELLS = [
    before(
        "uses temporary files",
        """
        import os, tempfile
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.txt")
            open(path, "w").write("hello")
        with tempfile.NamedTemporaryFile(suffix=".pt") as file:
            torch.save(torch.ones(3), file)
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
    """,
        writes=True,
    ),
    before(
        "pickles to the working folder",
        """
        import json, pickle
        with open("results.pkl", "wb") as file:
            pickle.dump({"loss": [1.0, 0.5]}, file)
        with open("results.pkl", "rb") as file:
            assert pickle.load(file)["loss"] == [1.0, 0.5]
        json.dump({"a": 1}, open("results.json", "w"))
        assert json.load(open("results.json")) == {"a": 1}
    """,
        writes=True,
    ),
    before(
        "makes folders and writes into them",
        """
        import csv, os, shutil
        from pathlib import Path
        os.makedirs("checkpoints/run1", exist_ok=True)
        Path("checkpoints/run1/notes.txt").write_text("größer 更大", encoding="utf-8")
        assert Path("checkpoints/run1/notes.txt").read_text(encoding="utf-8") == "größer 更大"
        with open("checkpoints/log.csv", "w", newline="") as file:
            csv.writer(file).writerows([[1, 2], [3, 4]])
        assert sorted(os.listdir("checkpoints")) == ["log.csv", "run1"]
        shutil.make_archive("all", "zip", "checkpoints")
        shutil.rmtree("checkpoints")
    """,
        writes=True,
    ),
    before(
        "writes into the home folder",
        """
        from pathlib import Path
        folder = Path.home() / ".cache" / "mycourse"
        folder.mkdir(parents=True)
        (Path("~").expanduser() / "x.txt").write_text("x")
    """,
        writes=True,
    ),
    before(
        "writes a database",
        """
        import sqlite3
        with sqlite3.connect("runs.db") as connection:
            connection.execute("create table run (loss real)")
            connection.execute("insert into run values (0.5)")
    """,
        writes=True,
    ),
    after(
        "saves and loads weights",
        """
        net = MLP()
        torch.save(net.state_dict(), "mlp.pt")
        other = MLP()
        other.load_state_dict(torch.load("mlp.pt", weights_only=True))
        torch.save({"epoch": 3, "net": net.state_dict()}, "checkpoint.pth")
        assert torch.load("checkpoint.pth")["epoch"] == 3
    """,
        writes=True,
    ),
    after(
        "saves and loads a whole module",
        """
        torch.save(MLP(), "mlp.pt")
        again = torch.load("mlp.pt", weights_only=False)
        assert type(again) is MLP
    """,
        writes=True,
    ),
    after(
        "saves and loads in memory",
        """
        import copy, io, pickle
        net = MLP()
        buffer = io.BytesIO()
        torch.save(net.state_dict(), buffer)
        buffer.seek(0)
        MLP().load_state_dict(torch.load(buffer))
        assert isinstance(pickle.loads(pickle.dumps(net)), MLP)
        copy.deepcopy(net)
    """,
    ),
    before(
        "writes a helper module and imports it",
        """
        from pathlib import Path
        Path("helpers.py").write_text("def double(x):\\n    return 2 * x\\n")
        import helpers
        from helpers import double
        assert double(2) == helpers.double(2) == 4
    """,
        writes=True,
    ),
    before(
        "writes a script with a magic",
        """
        %%writefile train.py
        print("training")
    """,
        writes=True,
    ),
    before(
        "runs a script",
        """
        open("train.py", "w").write("lr = 0.1\\nprint('training', __name__)")
        %run train.py
        assert lr == 0.1
    """,
        writes=True,
    ),
    before(
        "makes a module without a file",
        """
        import sys, types
        helpers = types.ModuleType("helpers")
        exec("def double(x): return 2 * x", helpers.__dict__)
        sys.modules["helpers"] = helpers
        from helpers import double
    """,
    ),
    before("reads a file that is not there", "data = open('train.csv').read()", raises=True),
    before(
        "downloads a data set",
        """
        from torchvision import datasets, transforms
        train = datasets.MNIST("data", download=True, transform=transforms.ToTensor())
    """,
        raises=True,
    ),
    before(
        "tries to download",
        """
        import urllib.request
        try:
            urllib.request.urlopen("https://example.org/data.csv", timeout=5)
        except OSError as error:
            print("offline:", error)
    """,
    ),
    before(
        "logs to a file",
        """
        import logging
        logging.basicConfig(filename="run.log", level=logging.INFO, force=True)
        logging.info("started")
    """,
        writes=True,
    ),
]
