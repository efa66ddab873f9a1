from __future__ import annotations

import pytest
import torch

from autograder.limits import Limits
from autograder.sandbox.client import CallFailed
from tests.warm_sandboxes import WORKING, value_of, warm

LEVEL = WORKING[0]


@pytest.fixture
def child():
    with warm(LEVEL).child(Limits()) as child:
        yield child


def test_cells_share_names_and_the_next_cell_runs_after_one_that_raised(child):
    assert child.run_cell("x = 2", "<cell 1>", 10).ok
    assert not child.run_cell("x = 3\n1 / 0\nx = 4", "<cell 2>", 10).ok
    assert value_of(child, "answer = x * 10") == 30


def test_an_exception_tells_class_bases_message_and_the_line_in_its_cell(child):
    child.run_cell("class Odd(KeyError):\n    pass\n\ndef f():\n    raise Odd('no')", "<cell 1>", 10)
    outcome = child.run_cell("\n\nf()", "<cell 2>", 10)
    assert (outcome.ok, outcome.exception, outcome.message, outcome.line) == (False, "Odd", "'no'", 3)
    assert outcome.bases == ["KeyError", "LookupError", "Exception", "BaseException"]
    assert 'File "<cell 1>", line 5, in f' in child.output


@pytest.mark.parametrize(
    ("source", "exception", "line"),
    [
        ("x = 1\nif x", "SyntaxError", 2),
        ("raise SystemExit(3)", "SystemExit", 1),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", 1),
        ("class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute", "Mute", 3),
        ("def f(): f()\nf()", "RecursionError", 1),
        ("input()", "EOFError", 1),
    ],
)
def test_whatever_a_cell_raises_is_an_outcome(child, source, exception, line):
    outcome = child.run_cell(source, "<cell 1>", 10)
    assert (outcome.exception, outcome.line) == (exception, line)
    assert value_of(child, "answer = 1") == 1


def test_long_messages_are_cut(child):
    message = child.run_cell("raise ValueError('x' * 100_000)", "<cell 1>", 10).message
    assert message == "x" * 2000


def test_lone_surrogates_in_a_cell_do_no_harm(child):
    child.run_cell("x = '\ud800'; print(chr(0xd800), 'after')", "<cell 1>", 10)
    assert "after" in child.output


def test_values_cross_both_ways(child):
    value = {"x": torch.arange(6.0).reshape(2, 3), "n": [1, None, True, 2.5, "text", b"bytes"]}
    child.call("operator:setitem", "given", value, seconds=10)
    assert value_of(child, "answer = type(given['x']).__name__, given['n']")[1] == value["n"]
    assert torch.equal(value_of(child, "answer = given['x'] * 2"), value["x"] * 2)


@pytest.mark.parametrize(
    "source",
    [
        "object()",
        "lambda: 1",
        "torch.zeros(3).to_sparse()",
        "torch.zeros(3, device='meta')",
        "torch.Tensor._make_subclass(type('Odd', (torch.Tensor,), {}), torch.zeros(2))",
        "torch.zeros(40_000_000)",
        "type('Trap', (dict,), {'items': lambda self: 1 / 0})()",
    ],
)
def test_a_value_that_can_not_cross_fails_the_call_and_not_the_child(child, source):
    child.run_cell(f"import torch\nanswer = {source}", "<cell>", 10)
    with pytest.raises(CallFailed):
        child.call("operator:getitem", "answer", seconds=10)
    assert value_of(child, "answer = 1") == 1


def test_a_failing_call_tells_what_was_raised(child):
    with pytest.raises(CallFailed) as caught:
        child.call("operator:getitem", "nowhere", seconds=10)
    assert (caught.value.exception, caught.value.message) == ("KeyError", "'nowhere'")
    assert "LookupError" in caught.value.bases


def test_what_starts_programs_becomes_a_note(child):
    source = "!ls\nfiles = !ls\n%pip install x\nimport os; os.system\nanswer = files"
    assert value_of(child, source) == []
    assert child.run_cell("%%bash\necho hello", "<cell>", 10).ok
    assert child.output.count("programs can't be started") == 4
    assert "hello" not in child.output.replace("echo hello", "")


def test_plots_loaders_and_threads_work(child):
    source = """
%matplotlib inline
import threading, torch, matplotlib.pyplot as plt
from torch.utils.data import DataLoader, TensorDataset
plt.plot([1, 2]); plt.show()
loader = DataLoader(TensorDataset(torch.arange(6)), 2, False, None, None, 3, prefetch_factor=4,
                    persistent_workers=True)
seen = []
thread = threading.Thread(target=lambda: seen.append(torch.ones(300, 300).mm(torch.ones(300, 300)).sum().item()))
thread.start(); thread.join()
answer = [len(list(loader)), loader.num_workers, len(plt.get_fignums()), seen]
"""
    assert value_of(child, source) == [3, 0, 0, [300.0**3]]


def test_check_in_a_notebook_is_inert(child):
    assert child.run_cell("from autograder import check\ncheck(int)\ncheck('MLP', x=1)", "<cell>", 10).ok
    assert child.output.count("check() is not run while grading") == 2


def test_output_is_kept_in_order_and_up_to_its_limit():
    with warm(LEVEL).child(Limits(output_kept=1000)) as child:
        child.run_cell("import sys\nprint('one'); print('two', file=sys.stderr); print('three')", "<c>", 10)
        assert child.output.splitlines()[:3] == ["one", "two", "three"]
        child.run_cell("print('x' * 100_000)", "<c>", 10)
        assert len(child.output) == 1000


def test_children_share_neither_names_nor_random_numbers_nor_files():
    draws = []
    draw = (
        "import random, numpy, torch\nanswer = [random.random(), numpy.random.rand(), torch.rand(1).item()]"
    )
    for _ in range(2):
        with warm(LEVEL).child(Limits()) as child:
            assert value_of(child, "answer = 'left' in globals()") is False
            child.run_cell("left = 1", "<c>", 10)
            draws.append(value_of(child, draw))
    assert all(first != second for first, second in zip(*draws, strict=True))


def test_training_works_inside(child):
    source = """
import torch
layer = torch.nn.Linear(4, 1)
optimizer = torch.optim.Adam(layer.parameters(), lr=0.1)
x = torch.ones(8, 4); losses = []
for step in range(30):
    loss = (layer(x) - 3).square().mean()
    optimizer.zero_grad(); loss.backward(); optimizer.step(); losses.append(loss.item())
answer = losses[-1] < losses[0]
"""
    assert value_of(child, source) is True
