"""What a notebook has beside Python: magics, shell lines, displays."""

from tests.honest_cells import after, before, solves

CELLS = [
    before(
        "plots inline and in high resolution",
        """
        %matplotlib inline
        %config InlineBackend.figure_format = "retina"
        import matplotlib.pyplot as plt
        plt.plot([1, 2, 3])
    """,
    ),
    before(
        "reloads modules automatically",
        """
        %load_ext autoreload
        %autoreload 2
        import math
    """,
    ),
    before(
        "installs a package",
        """
        !pip install --quiet einops
        %pip install torchinfo
        %conda install numpy
    """,
    ),
    before(
        "asks the system",
        """
        !nvidia-smi
        files = !ls
        assert not files
        %env CUDA_VISIBLE_DEVICES=0
        %cd .
        %pwd
    """,
    ),
    before(
        "runs a shell script in a cell",
        """
        %%bash
        mkdir -p data && ls
    """,
    ),
    before(
        "hides what a cell prints",
        """
        %%capture captured
        print("hidden")
    """,
    ),
    after(
        "measures with %timeit",
        """
        net = MLP()
        x = torch.randn(4, 20)
        %timeit net(x)
        %timeit -n 10000 -r 7 sum(range(1000))
        result = %timeit -o -q net(x)
        assert result.average > 0
        %time out = net(x)
        assert out.shape == (4, 10)
    """,
    ),
    after(
        "measures a whole cell",
        """
        %%timeit -n 100000 net = MLP(); x = torch.randn(64, 20)
        net(x)
        net(x)
    """,
    ),
    solves(
        "MLP",
        "writes the answer under %%time",
        """
        %%time
        class MLP(nn.Module):
            def __init__(self):
                super().__init__()
                self.hidden = nn.Linear(20, 256)
                self.out = nn.Linear(256, 10)

            def forward(self, X):
                return self.out(F.relu(self.hidden(X)))
    """,
    ),
    solves(
        "MLP",
        "starts the cell with magics",
        """
        %matplotlib inline
        %config InlineBackend.figure_format = "svg"
        %load_ext autoreload
        %autoreload 2
        !pip install rich

        class MLP(nn.Module):
            def __init__(self):
                super().__init__()
                self.hidden = nn.Linear(20, 256)
                self.out = nn.Linear(256, 10)

            def forward(self, X):
                return self.out(F.relu(self.hidden(X)))
    """,
    ),
    before(
        "displays things",
        """
        from IPython.display import HTML, Image, Markdown, clear_output, display
        display(nn.Linear(2, 2), torch.eye(3), Markdown("**bold**"), HTML("<b>bold</b>"))
        handle = display("starting", display_id=True)
        handle.update("done")
        clear_output(wait=True)
        torch.arange(3)
    """,
    ),
    after(
        "looks up help and names",
        """
        MLP?
        nn.Linear??
        %who
        %whos
        %lsmagic
        help(MLP.forward)
    """,
    ),
    after(
        "profiles",
        """
        net = MLP()
        %prun -q net(torch.randn(2, 20))
        from torch.profiler import ProfilerActivity, profile
        with profile(activities=[ProfilerActivity.CPU]) as profiler:
            net(torch.randn(2, 20))
        print(profiler.key_averages().table(row_limit=5))
    """,
    ),
    before(
        "uses what the last cells gave",
        """
        1 + 1
        _, __, In, Out
        ip = get_ipython()
        ip.run_line_magic("precision", "3")
        ip.run_cell("inner = 5")
        assert inner == 5
    """,
    ),
    before(
        "switches the debugger and error style on",
        """
        %pdb on
        %xmode Minimal
        %xmode Verbose
    """,
    ),
    before("ends the kernel's cell", "exit()"),
    before("leaves with sys.exit", "import sys\nsys.exit(0)", raises=True),
    before(
        "stops on an assertion", "x = torch.ones(2)\nassert x.sum() == 3, 'as expected: wrong'", raises=True
    ),
    before("has a syntax error in a scratch cell", "for i in range(3)\n    print(i)", raises=True),
    after(
        "awaits",
        """
        import asyncio

        async def double(x):
            await asyncio.sleep(0.01)
            return 2 * x

        answers = await asyncio.gather(double(1), double(2))
        assert answers == [2, 4]
    """,
    ),
    after(
        "starts an event loop of its own",
        """
        import asyncio

        async def double(x):
            return 2 * x

        assert asyncio.run(double(2)) == 4
    """,
    ),
    after(
        "calls check on everything",
        """
        from autograder import check
        check(MLP)
        check(MLP, SimpleNet)
    """,
    ),
    before(
        "writes HTML, JavaScript and LaTeX",
        """
        %%html
        <b>Results</b>
    """,
    ),
    before(
        "draws a progress bar by hand",
        """
        import sys, time
        for step in range(200):
            sys.stdout.write("\\r[" + "#" * (step // 10) + "]")
            sys.stdout.flush()
        for step in range(3):
            print(f"epoch {step}", end="\\r", flush=True)
            time.sleep(0.05)
    """,
    ),
]
