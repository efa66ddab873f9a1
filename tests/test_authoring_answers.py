"""The tests' sample answers are read from source: definitions under a mark, and slips of the reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring import AuthoringError
from autograder.authoring.answers import Answer, read_answers, without_marks
from autograder.authoring.building import solutions_path
from autograder.authoring.definitions import definitions

DEFINED = '@mistake("Scale", finding="values.differ")\nclass Scale(nn.Module):\n    factor = 2\n'
SLIP = 'slip("Scale", finding="values.differ", old="x * self.factor", new="x + self.factor")\n'


def answers_in(folder: Path, source: str) -> list[Answer]:
    """The answers in a file of chapter 1 with this text."""
    path = folder / "blocks.py"
    path.write_text(source, encoding="utf-8")
    return read_answers(path)


def reference(name: str) -> str:
    """The definition in chapter 1's solutions as a student would have written it."""
    solutions = solutions_path("blocks").read_text(encoding="utf-8")
    return without_marks(definitions(solutions, "solutions")[name])


def test_a_slip_is_the_reference_with_one_text_exchanged(tmp_path: Path) -> None:
    (answer,) = answers_in(tmp_path, SLIP)
    assert (answer.exercise, answer.name, answer.finding) == ("Scale", "Scale", "values.differ")
    assert answer.source == reference("Scale").replace("x * self.factor", "x + self.factor")
    assert answer.source != reference("Scale")
    assert "### " not in answer.source


def test_a_slip_may_be_in_any_name_that_the_exercise_asks_for(tmp_path: Path) -> None:
    source = 'slip("Scale", finding="f", name="predict_print", old="factor=", new="factor: ")\n'
    (answer,) = answers_in(tmp_path, source)
    assert (answer.exercise, answer.name) == ("Scale", "predict_print")
    assert answer.source == reference("predict_print").replace("factor=", "factor: ")


def test_a_slip_may_take_out_lines_and_stand_in_several_places(tmp_path: Path) -> None:
    source = (
        'slip("Scale", finding="f", old="        super().__init__()\\n", new="")\n'
        'slip("Scale", finding="f", old="self.factor", new="self.by", times=3)\n'
    )
    shorter, renamed = answers_in(tmp_path, source)
    assert len(shorter.source.splitlines()) == len(reference("Scale").splitlines()) - 1
    assert "self.factor" not in renamed.source


def test_labels_count_definitions_and_slips_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = answers_in(tmp_path, f"{DEFINED}\n{SLIP}\n{DEFINED}")
    assert [answer.label for answer in found] == [f"Scale-{n}-values.differ" for n in (1, 2, 3)]
    assert [answer.source.count("factor = 2") for answer in found] == [1, 0, 1]


def test_a_slip_brings_the_imports_that_its_new_text_needs(tmp_path: Path) -> None:
    imports = "import copy\nimport json\nfrom tests.answers import slip\n"
    (answer,) = answers_in(tmp_path, imports + SLIP.replace("x + self.factor", "copy.copy(x)"))
    assert answer.source.startswith("import copy\nclass Scale")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            SLIP.replace("x * self.factor", "x / self.factor"),
            "slip in Scale (values.differ): Scale must hold this text 1 time(s), not 0: 'x / self.factor'",
        ),
        (
            SLIP.replace("x * self.factor", "self.factor"),
            "slip in Scale (values.differ): Scale must hold this text 1 time(s), not 3: 'self.factor'",
        ),
        (
            SLIP.replace("new=", 'name="scale", new='),
            "slip in Scale (values.differ): solutions/blocks.py does not define scale",
        ),
    ],
)
def test_a_slip_that_does_not_fit_the_reference_says_so(tmp_path: Path, source: str, sentence: str) -> None:
    with pytest.raises(AuthoringError) as error:
        answers_in(tmp_path, source)
    assert str(error.value) == sentence
