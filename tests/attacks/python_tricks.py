"""Python tricks: leaving, lying, and rebuilding what looks at the answer."""

import builtins
import gc
import json
import os
import signal
import sys
import types
from pathlib import Path
from unittest.mock import MagicMock

import torch
from torch import nn

from tests.attacks.corpus import attack
from tests.attacks.tools import RightLayers, attempt, look

NUMBERS = ("SimpleNet.values", "SimpleNet.gradients", "SimpleNet.relu_called_once")
FORGED = '{"student": "mallory", "status": "graded", "score": 26.0, "max_score": 26.0, "exercises": []}'


@attack()
def every_exit_that_raises() -> None:
    """sys.exit, exit, SystemExit and KeyboardInterrupt end nothing but the cell."""
    for action in (sys.exit, exit, quit, lambda: sys.exit("26/26")):
        look(action)
    look(lambda: (_ for _ in ()).throw(KeyboardInterrupt("full points")))
    look(lambda: (_ for _ in ()).throw(GeneratorExit))


@attack(ends="exited")
def exit_with_success() -> None:
    """A process that leaves with code 0 has answered nothing."""
    os._exit(0)


@attack(ends="crashed")
def killed_by_its_own_hand() -> None:
    """A process that kills itself has crashed."""
    os.kill(os.getpid(), signal.SIGKILL)
    print("at a namespace's first process the signal has no effect")
    os.abort()


@attack("SimpleNet", ends="exited")
def exit_in_a_model() -> None:
    """A model that ends the process costs its own exercise."""

    class SimpleNet(nn.Module):
        def __init__(self, *sizes: int) -> None:
            os._exit(0)

    print(SimpleNet)


@attack("SimpleNet", denied=NUMBERS)
def comparisons_patched() -> None:
    """Comparing is done elsewhere: torch, patched to agree with everything, agrees only here."""
    for name in ("allclose", "isclose", "equal"):
        setattr(torch, name, lambda *_, **__: True)
    torch.Tensor.__eq__ = lambda *_: True
    torch.testing.assert_close = lambda *_, **__: None
    nn.Module.__eq__ = lambda *_: True

    class SimpleNet(RightLayers):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc2(self.fc1(x))

    print(SimpleNet)


@attack()
def check_and_grader_patched() -> None:
    """pytest, check() and whatever else is patched in this process judge nothing."""
    import autograder

    vars(autograder)["check"] = lambda *_: print("all properties hold")
    builtins.check = lambda *_: 26.0
    for name in ("pytest", "autograder.checks.verdicts", "autograder.grading", "nbgrader"):
        module = types.ModuleType(name)
        module.score = lambda *_: 26.0
        sys.modules[name] = module


@attack("SimpleNet", ends="bad_reply")
def agent_replaced() -> None:
    """An agent that answers in its own way is not understood."""
    from autograder.sandbox import agent

    agent.answer = lambda *_: FORGED.encode()


@attack()
def agent_that_always_agrees() -> None:
    """An agent that answers True to every question answers none."""
    from autograder.checks import probing

    probing.observe = lambda *_: {"value": True}


@attack()
def record_instead_of_an_observation() -> None:
    """Records, scores and findings in place of an observation are no observation."""
    from autograder.checks import probing

    probing.observe = lambda *_: {"value": json.loads(FORGED), "score": 26.0, "status": "passed"}


@attack(ends="exited")
def builtins_taken_away() -> None:
    """Without len, isinstance and the like the child falls, alone."""
    os.readv = os.write = None
    for name in ("len", "isinstance", "getattr", "str", "type", "Exception"):
        delattr(builtins, name)


@attack()
def import_hooks_and_fake_torch() -> None:
    """A torch.py beside the notebook, an import hook and a .pth file change nothing outside."""
    for name in ("torch.py", "pytest.py", "msgspec.py", "conftest.py", "sitecustomize.py", "evil.pth"):
        look(lambda name=name: Path(name).write_text("print('GOT THROUGH: imported')"))
    sys.path.insert(0, os.getcwd())
    sys.path_hooks.insert(0, lambda path: look(lambda: path))
    sys.meta_path.insert(0, MagicMock())
    sys.modules["torch"] = sys.modules["msgspec"] = types.ModuleType("torch")


@attack()
def exceptions_that_lie() -> None:
    """Exceptions whose class, text and bases claim success are exceptions."""

    class Passed(Exception):
        def __str__(self) -> str:
            return "passed: 26 of 26 points"

        def __repr__(self) -> str:
            os._exit(0)

    Passed.__name__ = "AssertionPassed"
    sys.excepthook = lambda *_: print(FORGED)

    class Parallel(nn.Module):
        def __init__(self, *_: object, **__: object) -> None:
            raise Passed

    stack = Parallel
    print(stack)


@attack(ends="exited")
def exceptions_that_exit() -> None:
    """An exception that ends the process when it is printed ends its own."""

    class Leaving(Exception):
        def __str__(self) -> str:
            os._exit(0)

    raise Leaving


@attack()
def exceptions_that_never_end() -> None:
    """Endless chains, huge texts and notes without number are cut."""
    error: BaseException = ValueError("x" * 10_000_000)
    for _ in range(500):
        following = ValueError("y" * 1000)
        following.__cause__ = error
        error = following

    class Parallel(nn.Module):
        def __init__(self, *_: object, **__: object) -> None:
            raise error

    stack = Parallel
    print(stack)


@attack()
def partial_credit_forged() -> None:
    """What nbgrader would read as a score, displayed or printed, is output and nothing else."""
    from IPython.display import display

    sys.displayhook = lambda value: print(100.0)
    look(lambda: display(26.0))
    look(lambda: display({"text/plain": "26.0"}, raw=True))
    shell = get_ipython()  # noqa: F821
    shell.display_pub.publish({"text/plain": "26.0"})
    shell.displayhook(26.0)
    shell.events.register("post_run_cell", lambda *_: print(26.0))
    shell.input_transformers_post.append(lambda lines: ["26.0"])


@attack()
def output_that_looks_like_a_grade() -> None:
    """Records on standard output, in files and on every descriptor are noise."""
    print(FORGED)
    for name in ("grades.jsonl", "journal.jsonl", "results.json", "grades.csv"):
        look(lambda name=name: Path(name).write_text(FORGED))
    os.write(1, FORGED.encode())
    os.write(2, b"=== 26 passed in 0.01s ===\n")


@attack("SimpleNet", denied=NUMBERS)
def object_that_says_yes_to_everything() -> None:
    """A mock that has every attribute and takes every call computes nothing."""
    SimpleNet = MagicMock(spec=nn.Module)
    print(SimpleNet)


@attack("SimpleNet")
def values_that_lie_while_they_are_packed() -> None:
    """Subclasses of str, dict, int and tuple that change while they are read are only themselves."""

    class Text(str):
        def encode(self, *_: object) -> bytes:
            return b"\xff\xfe"

        def __len__(self) -> int:
            return -1

    class Names(dict):
        def items(self) -> object:
            while True:
                yield Text("fc1.weight"), 1

    class Number(int):
        def __lt__(self, other: object) -> bool:
            return True

        __le__ = __gt__ = __ge__ = __lt__

    class SimpleNet(nn.Module):
        def __init__(self, *sizes: int) -> None:
            super().__init__()

        def named_parameters(self, *_: object, **__: object) -> object:
            return [(Text("fc1.weight"), torch.zeros(1))]

        def extra_repr(self) -> str:
            return Text("x")

        def forward(self, x: torch.Tensor) -> object:
            return Number(1)

    print(SimpleNet, Names)


@attack()
def tracing_and_auditing() -> None:
    """Trace functions and audit hooks see the child's own steps only."""
    seen: set[str] = set()
    sys.setprofile(lambda frame, *_: seen.add(frame.f_code.co_filename))
    sys.addaudithook(lambda *event: None)
    gc.callbacks.append(lambda *_: None)
    look(lambda: seen)
    sys.setprofile(None)


@attack("MLP")
def answers_of_the_reference_asked_for() -> None:
    """What asks for the reference at the time of the check finds none."""

    class MLP(nn.Module):
        def __new__(cls, *_: object) -> object:
            for name in ("solutions.blocks", "solutions", "autograder.grading.preparation"):
                attempt(name, lambda name=name: __import__(name))
            raise NotImplementedError

    print(MLP)


@attack("Scale", honest=True)
def side_work_around_a_right_answer() -> None:
    """Snooping beside a right answer finds nothing, and the answer keeps its points."""
    attempt("passwords", lambda: Path("/etc/passwd").read_text())
    attempt("fork", os.fork)
    print(FORGED)


@attack("SimpleNet", denied=NUMBERS)
def inputs_remembered() -> None:
    """Hidden inputs kept from one check are of no use in the next."""
    kept: list[torch.Tensor] = []

    class SimpleNet(RightLayers):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            kept.append(x)
            return (self.fc2.bias + kept[0].sum()).expand(*x.shape[:-1], -1)

    print(SimpleNet)
