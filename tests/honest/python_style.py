"""Ways to write Python."""

from tests.honest_cells import after, before, solves

CELLS = [
    before(
        "imports with stars",
        """
        from math import *
        from torch.nn import *
        from torch.nn.functional import *
        import numpy as np
        from numpy.random import *
    """,
    ),
    before(
        "gives built-in names another meaning",
        """
        sum = 0
        input, id, max, type = [1, 2], 2, 3, 4
        min = 5
    """,
    ),
    before(
        "imports for type checkers only",
        """
        from __future__ import annotations

        from typing import TYPE_CHECKING, Optional

        if TYPE_CHECKING:
            from collections.abc import Iterable
            from somewhere import Something

        def first(items: Iterable[Something]) -> Optional[Something]:
            return next(iter(items), None)
    """,
    ),
    before(
        "writes in its own language",
        """
        größe = 3
        学习率 = 0.1
        def función(señal): return señal * 学习率
        print("Größe", größe, "学习率", 学习率, función(2), "🙂")
    """,
    ),
    before(
        "works only as a script",
        """
        def main():
            print("training")

        if __name__ == "__main__":
            main()
        assert __name__ == "__main__"
    """,
    ),
    before(
        "keeps global state",
        """
        counter = 0
        history = []

        def note(x):
            global counter
            counter += 1
            history.append(x)

        for i in range(3):
            note(i)
    """,
    ),
    before(
        "parses arguments",
        """
        import argparse, sys
        parser = argparse.ArgumentParser()
        parser.add_argument("--lr", type=float, default=0.1)
        args = parser.parse_args([])
        args, _ = parser.parse_known_args()
        assert args.lr == 0.1
    """,
    ),
    before(
        "uses matching, f-strings and the walrus",
        """
        match nn.ReLU():
            case nn.ReLU(inplace=False):
                kind = "plain"
        if (n := len(kind)) > 3:
            print(f"{n=} {kind!r:>10}")
    """,
    ),
    before(
        "patches a class of torch with a helper",
        """
        nn.Module.count = lambda self: sum(p.numel() for p in self.parameters())
        assert nn.Linear(2, 3).count() == 9
        torch.Tensor.ndim_name = property(lambda self: f"{self.ndim}-d")
    """,
    ),
    solves(
        "MLP",
        "defines the class twice",
        """
        class MLP(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(20, 10)

            def forward(self, X):
                return self.layer(X)

        net = MLP()


        class MLP(nn.Module):
            def __init__(self):
                super().__init__()
                self.hidden = nn.Linear(20, 256)
                self.out = nn.Linear(256, 10)

            def forward(self, X):
                return self.out(F.relu(self.hidden(X)))

        print(MLP()(torch.randn(2, 20)).shape)
    """,
    ),
    solves(
        "MLP",
        "takes its sizes from a data class",
        """
        from dataclasses import dataclass, field

        @dataclass
        class Config:
            sizes: tuple = (20, 256, 10)
            notes: list = field(default_factory=list)

        class MLP(nn.Module):
            def __init__(self, config: Config = Config()):
                super().__init__()
                n_in, n_hidden, n_out = config.sizes
                self.hidden = nn.Linear(n_in, n_hidden)
                self.out = nn.Linear(n_hidden, n_out)

            def forward(self, X):
                return self.out(F.relu(self.hidden(X)))
    """,
    ),
    solves(
        "MLP",
        "prints, asserts and counts in forward",
        """
        import functools, logging, weakref

        class MLP(nn.Module):
            made = weakref.WeakSet()

            def __init__(self):
                super().__init__()
                self.hidden = nn.Linear(20, 256)
                self.out = nn.Linear(256, 10)
                self.calls = 0
                MLP.made.add(self)
                self.out.register_forward_hook(lambda module, args, output: None)

            @functools.cached_property
            def size(self):
                return sum(p.numel() for p in self.parameters())

            @staticmethod
            @functools.lru_cache(maxsize=None)
            def label(batch):
                return f"batch of {batch}"

            def forward(self, X):
                self.calls += 1
                print("forward", self.calls, self.label(X.shape[0]), self.size, X)
                logging.warning("in forward")
                assert X.shape[-1] == 20, "20 numbers a row"
                return self.out(F.relu(self.hidden(X)))
    """,
    ),
    solves(
        "MLP",
        "seeds itself and tries itself out",
        """
        torch.manual_seed(0)

        class MLP(nn.Module):
            '''One hidden layer.

            >>> MLP()(torch.zeros(1, 20)).shape
            torch.Size([1, 10])
            '''

            def __init__(self):
                super().__init__()
                self.hidden = nn.Linear(20, 256)
                self.out = nn.Linear(256, 10)

            def forward(self, X):
                return self.out(F.relu(self.hidden(X)))

        import doctest
        doctest.testmod()
        if __name__ == "__main__":
            net = MLP()
            optimizer = torch.optim.Adam(net.parameters())
            for _ in range(5):
                optimizer.zero_grad()
                net(torch.randn(4, 20)).square().mean().backward()
                optimizer.step()
    """,
    ),
    solves(
        "MLP",
        "derives from a base class and an ABC",
        """
        from abc import ABC, abstractmethod
        from typing import Generic, TypeVar

        T = TypeVar("T")

        class Base(nn.Module, ABC, Generic[T]):
            @abstractmethod
            def forward(self, X): ...

        class MLP(Base[int]):
            def __init__(self):
                super().__init__()
                self.hidden = nn.Linear(20, 256)
                self.out = nn.Linear(256, 10)

            def forward(self, X):
                return self.out(F.relu(self.hidden(X)))
    """,
    ),
    after(
        "tests itself",
        """
        import unittest

        class TestMLP(unittest.TestCase):
            def test_shape(self):
                self.assertEqual(MLP()(torch.randn(2, 20)).shape, (2, 10))

        unittest.main(argv=[""], exit=False)
    """,
    ),
]
