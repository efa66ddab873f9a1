"""The placement probe and the property on it: verdict by phase, and a finding that says what to write."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from autograder.checks.findings import Finding, NotChecked, NotReached, explain
from autograder.checks.probes.placement import Placement, placed, placed_on_cpu
from autograder.checks.properties.placement import follows_the_device
from autograder.checks.subjects import LocalSubject, Moment
from autograder.simulated_gpu import simulated_gpu

START = """
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(5, 7)
        {init}
    def forward(self, x):
        {forward}
"""
INIT_LINE, FORWARD_LINE = 8, 10


def student(init: str = "pass", forward: str = "return self.layer(x)", before: str = "") -> LocalSubject:
    names: dict[str, object] = {"__name__": "__main__"}
    source = START.format(init=init, forward=forward.replace("\n", "\n        ")) + before
    exec(compile(source, "<cell 1>", "exec"), names)
    subject = LocalSubject(names)
    subject.moment = Moment("Net()", 0)
    return subject


def finding(subject: LocalSubject) -> Finding:
    with pytest.raises(Finding) as caught:
        follows_the_device(subject, torch.rand(3, 5))
    explain(caught.value)
    return caught.value


def observed(subject: LocalSubject) -> Placement:
    return subject.observe(placed, torch.rand(3, 5))


def test_a_module_that_follows_passes() -> None:
    follows_the_device(student(), torch.rand(3, 5))
    assert observed(student()) == Placement(
        "ok", "", "", observed(student()).failed_at, None, remarks=[], not_checked=""
    )


def test_an_attribute_is_named_with_the_line_that_made_it() -> None:
    found = finding(student("self._w = torch.rand(7)", "return self.layer(x) * self._w"))
    assert found.id == "placement.attribute"
    assert found.values == {"name": "_w", "shape": "(7,)", "place": f" in line {INIT_LINE} of __init__"}
    assert "register_buffer" in explain(found).cause


def test_layers_in_a_list_are_named() -> None:
    found = finding(student("self._more = [nn.Linear(7, 7)]", "return self._more[0](self.layer(x))"))
    assert (found.id, found.values["name"]) == ("placement.attribute", "_more")


def test_a_tensor_made_in_forward_is_told_by_its_line() -> None:
    found = finding(student(forward="h = torch.zeros(3, 7)\nreturn self.layer(x) + h"))
    assert found.id == "placement.made"
    assert found.values["place"] == f" in line {FORWARD_LINE} of forward"
    assert found.values["shape"] == "(3, 7)"


def test_a_tensor_moved_to_the_cpu_is_told_by_its_line() -> None:
    found = finding(student(forward="x = x.to('cpu')\nreturn self.layer(x)"))
    assert (found.id, found.values["place"]) == ("placement.moved", f" in line {FORWARD_LINE} of forward")


def test_a_result_on_the_cpu_is_told_by_its_line() -> None:
    found = finding(student(forward="out = torch.zeros(3, 7)\nout[:] = self.layer(x)\nreturn out"))
    assert (found.id, found.values["place"]) == ("placement.result", f" in line {FORWARD_LINE} of forward")


def test_a_global_tensor_is_told() -> None:
    found = finding(student(forward="return self.layer(x) + table", before="table = torch.ones(7)"))
    assert (found.id, found.values["shape"]) == ("placement.unknown", "(7,)")


def test_numpy_is_refused() -> None:
    found = finding(student(forward="return self.layer(x) * float(x.numpy().mean())"))
    assert (found.id, found.values["place"]) == ("placement.refused", f" in line {FORWARD_LINE} of forward")


@pytest.mark.skipif(torch.cuda.is_available(), reason="on a machine with a GPU it works")
def test_a_hard_coded_gpu_is_found_by_the_run_on_the_cpu() -> None:
    found = finding(student(forward="return self.layer(x) + torch.ones(7).to('cuda')"))
    assert found.id == "placement.needs_gpu"
    assert found.values["place"] == f" in line {FORWARD_LINE} of forward"


def test_what_fails_everywhere_is_not_a_matter_of_placement() -> None:
    with pytest.raises(NotReached):
        follows_the_device(student(forward="return self.layer(x) @ x"), torch.rand(3, 5))


def test_what_is_not_imitated_is_not_checked() -> None:
    with pytest.raises(NotChecked) as caught:
        follows_the_device(student(forward="return torch.compile(self.layer)(x)"), torch.rand(3, 5))
    assert "torch.compile" in explain(caught.value.finding).saw


def test_the_second_call_is_looked_at() -> None:
    subject = student(
        "self.old = None",
        "y = self.layer(x)\nif self.old is not None: y = y + self.old\nself.old = y.detach().cpu()\nreturn y",
    )
    assert observed(subject).phase == "second forward"


def test_remarks_cost_nothing() -> None:
    seen = observed(student(forward="return self.layer(x) * (2 if x.mean().item() > 0 else 1)"))
    assert seen.phase == "ok"
    assert [(r.kind, r.what, r.line) for r in seen.remarks] == [("round_trip", ".item()", FORWARD_LINE)]


def test_a_device_that_the_notebook_chose_without_a_gpu_is_not_held_against_it() -> None:
    forward = "return self.layer(x) + torch.ones(7, device=device)"
    choice = 'device = "cuda" if torch.cuda.is_available() else "cpu"'
    assert observed(student(forward=forward, before=choice)).not_checked
    with simulated_gpu():
        assert observed(student(forward=forward, before=choice)).phase == "ok"
        assert student(forward=forward).observe(placed_on_cpu, torch.rand(3, 5)).not_checked


def test_a_name_that_a_stopped_cell_left_undefined_is_not_judged() -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    with simulated_gpu():
        with pytest.raises(Exception, match="does not imitate"):
            exec("import torch\nmodel = torch.compile(torch.nn.Linear(5, 7))", names)
        subject = LocalSubject(names)
        subject.moment = Moment("model", 0)
        assert observed(subject).not_checked == "torch.compile"


def test_functions_are_judged_as_well() -> None:
    names: dict[str, object] = {}
    exec("import torch\ndef mask(x): return torch.ones(x.shape) * (x > 0)", names)
    subject = LocalSubject(names)
    subject.moment = Moment("mask", 0)
    assert finding(subject).id == "placement.made"


def test_names_from_student_code_can_not_carry_text() -> None:
    secret = "_numbers " * 20
    subject = student(
        f"self.__dict__[{secret!r}] = torch.rand(7)", f"return self.layer(x) + self.__dict__[{secret!r}]"
    )
    found = finding(subject)
    assert found.id == "placement.made"
    assert "numbers" not in str(found.values)


def test_a_reason_that_came_up_before_is_not_forgotten() -> None:
    swallowing = "try: return torch.compile(self.layer)(x)\nexcept Exception: return self.layer(x)"
    with simulated_gpu():
        for _ in range(2):
            assert observed(student(forward=swallowing)).not_checked == "torch.compile"
        assert observed(student()).not_checked == ""


def test_remarks_of_one_module_are_not_lost_to_the_next() -> None:
    subject = "return self.layer(x) * x.mean().item()"
    with simulated_gpu():
        first, second = observed(student(forward=subject)), observed(student(forward=subject))
    assert first.remarks == second.remarks != []


def test_what_is_computed_on_the_cpu_goes_back_to_the_line_that_made_it() -> None:
    found = finding(student(forward="h = torch.zeros(7)\nh = h + 1\nh = h * 2\nreturn self.layer(x) + h"))
    assert (found.id, found.values["place"]) == ("placement.made", f" in line {FORWARD_LINE} of forward")


def test_an_array_brought_back_is_told_by_its_line() -> None:
    numpy = "import numpy\nh = torch.from_numpy(numpy.ones(7, 'float32'))\nreturn self.layer(x) + h"
    found = finding(student(forward=numpy))
    assert (found.id, found.values["place"]) == ("placement.made", f" in line {FORWARD_LINE + 1} of forward")


def test_a_process_can_have_the_device_for_good() -> None:
    program = """
from autograder.simulated_gpu import switch_on
names = {"__name__": "__main__"}
switch_on(names)
exec("import torch; device = 'cuda' if torch.cuda.is_available() else 'cpu'; make = lambda: torch.nn.Linear(5, 7)", names)
exec("place = lambda x: make().to(device)(x) + torch.zeros(7, device=device)", names)
from autograder.checks.probing import observe
import torch
print(observe(names, "autograder.checks.probes.placement:placed", "place", [torch.rand(3, 5)], {}, 0)["value"].phase)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("ok", 0), done.stderr
