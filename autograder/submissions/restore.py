"""From a student's notebook to the code to run: what was locked is put back, what was mangled is mended."""

from __future__ import annotations

from dataclasses import dataclass, replace

from autograder.catalogue import Chapter
from autograder.submissions.code import Code, read_cells
from autograder.submissions.demos import needed_demos
from autograder.submissions.notebook import Notebook, NotebookCell
from autograder.submissions.script import Cell, ExerciseCell, Script
from autograder.submissions.template import Part, Template, read_template


@dataclass(frozen=True)
class _Placed:
    """A cell of the submission, its place in the notebook counted from 1, and the part it plays there."""

    place: int
    cell: NotebookCell
    code: Code
    part: Part | None

    @property
    def name(self) -> str:
        return f"cell {self.place}"

    def is_part(self, role: str, exercise: str | None = None) -> bool:
        return self.part == (role, exercise)


def restore(notebook: Notebook, template: Notebook, chapter: Chapter) -> Script:
    """The code of a submission in the order to run it; never fails, whatever the notebook holds.

    Check cells are left out, the setup cell runs as it was released (after the student's version, if that
    differs), solution cells are found again by metadata, code, id or the names they define, and demo cells
    that nobody changed run only where the student's code needs them.
    """
    released = read_template(template, chapter)
    placed = _placed(notebook, released)
    remarks = _setup_remarks(placed, released) + _check_remarks(placed, released)
    exercises: dict[str, ExerciseCell] = {}
    for exercise in chapter.exercises:
        placed, exercises[exercise.id], said = _settle(placed, exercise.id, released)
        remarks += said
    return Script(_setup_cells(placed, released) + _other_cells(placed, released), exercises, remarks)


def _placed(notebook: Notebook, released: Template) -> list[_Placed]:
    codes = read_cells(cell.source for cell in notebook.cells)
    placed = [
        _Placed(place, cell, code, released.part_of(cell, code))
        for place, (cell, code) in enumerate(zip(notebook.cells, codes, strict=True), start=1)
    ]
    if not any(one.is_part("setup") for one in placed):
        return _with_setup_found_by_names(placed, released)
    return placed


def _with_setup_found_by_names(placed: list[_Placed], released: Template) -> list[_Placed]:
    """A changed setup cell without its marks: the first one to make half of what the released one makes."""
    wanted = released.setup_code.binds
    for index, one in enumerate(placed):
        if (
            one.part is None
            and one.cell.kind == "code"
            and 2 * len(one.code.binds & wanted) >= len(wanted) > 1
        ):
            return [*placed[:index], replace(one, part=Part("setup")), *placed[index + 1 :]]
    return placed


def _setup_remarks(placed: list[_Placed], released: Template) -> list[str]:
    if released.setup is None:
        return []
    versions = [one for one in placed if one.is_part("setup")]
    if not versions:
        return ["the setup cell was deleted and has been put back"]
    if any(one.cell.kind != "code" or one.code != released.setup_code for one in versions):
        return ["the setup cell was changed; the original runs after it"]
    return []


def _check_remarks(placed: list[_Placed], released: Template) -> list[str]:
    return [
        f"the check cell of {exercise} was changed and has been restored"
        for exercise, code in released.checks.items()
        if any(
            one.is_part("check", exercise) and (one.cell.kind != "code" or one.code != code) for one in placed
        )
    ]


def _settle(
    placed: list[_Placed], exercise: str, released: Template
) -> tuple[list[_Placed], ExerciseCell, list[str]]:
    """Which cells answer an exercise: the cells without copies of its stub, its state, and remarks."""
    stub, asks = released.stubs.get(exercise), released.asks[exercise]
    cells = [one for one in placed if one.is_part("solution", exercise)]
    copies = [one for one in cells if stub is not None and one.code == stub]
    changed = _without(cells, copies)
    remarks = [
        f"the solution cell of {exercise} was turned into a {one.cell.kind} cell; it runs as code"
        for one in cells
        if one.cell.kind != "code"
    ]
    if len(cells) > 1:
        which = "those that were filled in" if copies and changed else "all of them"
        remarks.append(f"{exercise} has {len(cells)} solution cells; {which} run in order")
    if any(one.code.defines & asks for one in changed):
        return _without(placed, copies), ExerciseCell("changed", changed[-1].name), remarks

    adopted = _adoptable(placed, exercise, released, text_too=not cells)
    if adopted:
        why = "was deleted" if not cells else "does not hold it" if changed else "is unchanged"
        remarks.append(f"the solution cell of {exercise} {why}; {adopted[-1].name} defines it and is taken")
        taken = {one.place for one in adopted if one.part is None}
        placed = [
            replace(one, part=Part("solution", exercise)) if one.place in taken else one for one in placed
        ]
        made = frozenset().union(*(one.code.defines for one in adopted))
        replaced = copies if stub is not None and stub.defines <= made else []
        return _without(placed, replaced), ExerciseCell("changed", adopted[-1].name), remarks
    if changed:
        return _without(placed, copies), ExerciseCell("changed", changed[-1].name), remarks
    if copies:
        return placed, ExerciseCell("unchanged", copies[-1].name), remarks
    return placed, ExerciseCell("missing", None), [*remarks, f"the solution cell of {exercise} is missing"]


def _adoptable(placed: list[_Placed], exercise: str, released: Template, *, text_too: bool) -> list[_Placed]:
    """Cells of the student's own, or of other exercises, that define what this exercise asks for."""
    return [
        one
        for one in placed
        if one.code.defines & released.asks[exercise]
        and (one.cell.kind == "code" or text_too or one.part is not None)
        and (one.part is None or (one.part.role == "solution" and not _is_stub(one, released)))
    ]


def _is_stub(one: _Placed, released: Template) -> bool:
    return one.part is not None and one.code == released.stubs.get(one.part.exercise or "")


def _without(placed: list[_Placed], dropped: list[_Placed]) -> list[_Placed]:
    places = {one.place for one in dropped}
    return [one for one in placed if one.place not in places]


def _setup_cells(placed: list[_Placed], released: Template) -> list[Cell]:
    """The student's versions, then the original: setup comes first, wherever it was moved to."""
    if released.setup is None:
        return []
    cells = [
        Cell(one.name, one.cell.source, None, "setup")
        for one in placed
        if one.is_part("setup") and one.cell.kind == "code" and one.code != released.setup_code
    ]
    return [*cells, Cell("setup", released.setup.source, None, "setup")]


def _other_cells(placed: list[_Placed], released: Template) -> list[Cell]:
    students, demos = _running(placed), {one.place: one.code for one in placed if one.is_part("demo")}
    setups = [one.code.binds for one in placed if one.is_part("setup")]
    needed = needed_demos(students, demos, released.setup_code.binds.union(*setups))
    cells = []
    for one in placed:
        if one.place in needed:
            cells.append(Cell(one.name, one.cell.source, None, "demo"))
        elif one.place in students and one.part is not None:
            cells.append(Cell(one.name, one.cell.source, one.part.exercise, "solution"))
        elif one.place in students:
            cells.append(Cell(one.name, one.cell.source, None, "own"))
    return cells


def _running(placed: list[_Placed]) -> dict[int, Code]:
    """Solution cells of whatever type, and the student's own cells with anything in them."""
    return {
        one.place: one.code
        for one in placed
        if (one.part is not None and one.part.role == "solution")
        or (one.part is None and one.cell.kind == "code" and one.cell.source.strip())
    }
