"""Reports: markup, control characters and formulas on their way to whoever opens a report."""

import sys

import torch
from torch import nn

from tests.attacks.corpus import attack
from tests.attacks.tools import HIDDEN_INPUT, look

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@attack()
def markup_in_exceptions() -> None:
    """HTML in an exception's class and text is text."""
    texts = [MARKUP, "</td></table>", "`</code><script>alert(2)</script>`", "&lt;script&gt;"]
    raise type(MARKUP, (ValueError,), {})(" ".join(texts))


@attack("SimpleNet")
def markup_in_names() -> None:
    """HTML in the names of classes, parameters and functions is text."""

    class SimpleNet(nn.Module):
        def __init__(self, *sizes: int) -> None:
            super().__init__()
            self.register_parameter(MARKUP.replace(".", "_"), nn.Parameter(torch.zeros(1)))

        def forward(self, x: torch.Tensor) -> object:
            return type(MARKUP, (), {})()

    print(MARKUP, file=sys.stderr)
    print(SimpleNet)


@attack("Scale", denied=("Scale.printed_alone",))
def markup_in_prints() -> None:
    """HTML in what a model prints about itself is text, between backquotes too."""

    class Scale(nn.Module):
        def __init__(self, factor: float) -> None:
            super().__init__()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

        def __repr__(self) -> str:
            return "`<script>alert(1)</script>` <img src=x onerror=alert(1)>\n</div>" * 3

    print(Scale(1.0))


@attack()
def control_characters() -> None:
    """Escape sequences, bells and reversed writing reach no terminal, record or page."""
    red = "\x1b[31m\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066\x00\r\nscore: 26/26"
    print(red)
    raise type("Error\x1b[31m", (ValueError,), {})(red)


@attack("SimpleNet")
def control_characters_in_names() -> None:
    """The same in names that a finding quotes."""

    class SimpleNet(nn.Module):
        def __init__(self, *sizes: int) -> None:
            super().__init__()
            self.register_parameter("a\x1b[31m\u202e\r\n26/26", nn.Parameter(torch.zeros(1)))

        def forward(self, x: torch.Tensor) -> object:
            return type("\x1b[31m", (), {})()

    print(SimpleNet)


@attack()
def templates() -> None:
    """Placeholders of every kind of template stay as they are."""
    raise ValueError(
        "{0.__class__} {seen} {{7*7}} {% raw %} ${7*7} %(x)s %s {error.__init__.__globals__} #{7*7}"
    )


@attack()
def lines_that_look_like_records() -> None:
    """Line breaks of every kind make no new line in a journal, a table or a log."""
    record = '{"student": "mallory", "score": 26.0}'
    raise ValueError(
        "".join(f"{mark}{record}" for mark in ("\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"))
    )


@attack()
def endless_messages() -> None:
    """A message of three megabytes is cut before it reaches a record."""
    look(lambda: len("x" * 10_000_000))
    raise type("E" * 100_000, (ValueError,), {})("=" * 3_000_000)


@attack(student='=HYPERLINK("http://x","y")')
def formula_as_a_name() -> None:
    """A name that a spreadsheet would run is written so that it does not."""
    raise ValueError("=1+1")


@attack(student="<script>alert(1)</script>")
def markup_as_a_name() -> None:
    """A name of markup is a name."""
    raise ValueError("@SUM(1)")


@attack(student="ada;=1+1")
def formula_behind_a_separator() -> None:
    """A name in which another country's spreadsheet finds a cell of its own is one cell."""
    raise ValueError("+1")


@attack("SimpleNet")
def hidden_inputs_in_exceptions() -> None:
    """The numbers of a hidden input do not come back in an exception's class or text."""

    class SimpleNet(nn.Module):
        def __init__(self, *sizes: int) -> None:
            super().__init__()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            told = f"{HIDDEN_INPUT} {x.flatten()[:8].tolist()}"
            raise type(told, (ValueError,), {})(told)

    print(SimpleNet)


@attack("SimpleNet")
def hidden_inputs_in_class_names() -> None:
    """Nor in the name of a class that is returned in place of a tensor."""

    class SimpleNet(nn.Module):
        def __init__(self, *sizes: int) -> None:
            super().__init__()

        def forward(self, x: torch.Tensor) -> object:
            return type(f"{HIDDEN_INPUT} {x.flatten()[:8].tolist()}", (), {})()

    print(SimpleNet)


@attack("SimpleNet")
def hidden_inputs_in_function_names() -> None:
    """Nor in the name of a function in which an exception was raised."""

    class SimpleNet(nn.Module):
        def __init__(self, *sizes: int) -> None:
            super().__init__()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            def fail() -> torch.Tensor:
                raise ValueError

            told = f"{HIDDEN_INPUT} {x.flatten()[:8].tolist()}"
            fail.__code__ = fail.__code__.replace(co_name=told)
            return fail()

    print(SimpleNet)


@attack("NestMLP")
def hidden_inputs_in_parameter_names() -> None:
    """Nor in the names of parameters that are chosen after an input was seen."""
    seen = ["ordinary"]

    class NestMLP(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_parameter(seen[-1].replace(".", "_"), nn.Parameter(torch.ones(20)))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(f"{HIDDEN_INPUT} {x.flatten()[:8].tolist()}")
            return x

    def build_chimera() -> nn.Module:
        return NestMLP()

    print(build_chimera)
