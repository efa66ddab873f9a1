"""Every way in which a notebook comes back mangled, and the code that is run in spite of it."""

from __future__ import annotations

import pytest

from autograder.submissions.script import Cell, ExerciseCell
from tests.submissions_notebooks import (
    DEMO_PLOT,
    DEMO_SHAPES,
    MLP,
    MLP_STUB,
    SCALE,
    SETUP,
    code_cell,
    nbgrader,
    released_cells,
    script_of,
    solved_cells,
    sources,
    text_cell,
)


def test_a_filled_in_notebook_gives_setup_and_solutions_and_no_remarks():
    script = script_of(solved_cells())
    assert script.cells == [
        Cell("setup", SETUP, None, "setup"),
        Cell("cell 4", MLP, "MLP", "solution"),
        Cell("cell 7", SCALE, "Scale", "solution"),
    ]
    assert script.exercises == {
        "MLP": ExerciseCell("changed", "cell 4"),
        "Scale": ExerciseCell("changed", "cell 7"),
    }
    assert script.remarks == []


def test_an_untouched_notebook_is_unchanged():
    script = script_of(released_cells())
    assert {exercise.state for exercise in script.exercises.values()} == {"unchanged"}
    assert script.remarks == []


@pytest.mark.parametrize(
    ("source", "state"),
    [
        (MLP_STUB.replace("    raise", "    # where to begin?\n        raise"), "unchanged"),
        (MLP_STUB.replace("\n\n", "\n\n\n\n") + "\n", "unchanged"),
        (MLP_STUB.replace("One hidden layer.", "Mine."), "changed"),
        (MLP_STUB.replace("raise NotImplementedError", "return x"), "changed"),
        ("", "changed"),
        ("class MLP(:", "changed"),
    ],
)
def test_only_a_difference_in_code_counts_as_a_change(source, state):
    cells = released_cells()
    cells[3]["source"] = source
    assert script_of(cells).exercises["MLP"] == ExerciseCell(state, "cell 4")


def test_check_cells_never_run_and_a_changed_one_is_remarked():
    cells = solved_cells()
    cells[4]["source"] = "MLP = None"
    cells[7] |= {"cell_type": "markdown"}
    script = script_of(cells)
    assert "MLP = None" not in sources(script)
    assert script.remarks == [
        "the check cell of MLP was changed and has been restored",
        "the check cell of Scale was changed and has been restored",
    ]


def test_a_copied_or_deleted_check_cell_is_no_matter():
    cells = solved_cells()
    del cells[7]
    cells.append(code_cell("check( MLP )"))
    script = script_of(cells)
    assert len(script.cells) == 3
    assert script.remarks == []


def test_a_changed_setup_runs_before_the_original():
    cells = solved_cells()
    cells[1]["source"] = "import math\ntorch = None"
    script = script_of(cells)
    assert sources(script, "setup") == ["import math\ntorch = None", SETUP]
    assert script.remarks == ["the setup cell was changed; the original runs after it"]


def test_a_deleted_setup_is_put_back_first():
    cells = solved_cells()
    del cells[1]
    script = script_of(cells)
    assert script.cells[0] == Cell("setup", SETUP, None, "setup")
    assert script.remarks == ["the setup cell was deleted and has been put back"]


def test_a_setup_moved_to_the_end_still_runs_first_and_once():
    cells = solved_cells()
    cells.append(cells.pop(1))
    script = script_of(cells)
    assert script.cells[0].source == SETUP
    assert len(sources(script, "setup")) == 1


def test_a_changed_setup_without_its_marks_is_known_by_the_names_it_makes():
    cells = solved_cells()
    cells[1] = code_cell("import torch, math\nfrom torch import nn")
    assert sources(script_of(cells), "setup") == ["import torch, math\nfrom torch import nn", SETUP]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_retyped_solution_runs_as_code(kind):
    cells = solved_cells()
    cells[3] |= {"cell_type": kind}
    script = script_of(cells)
    assert script.exercises["MLP"] == ExerciseCell("changed", "cell 4")
    assert MLP in sources(script, "solution")
    assert script.remarks == [f"the solution cell of MLP was turned into a {kind} cell; it runs as code"]


def test_a_retyped_solution_without_its_marks_is_known_by_what_it_defines():
    cells = solved_cells()
    cells[3] = text_cell(MLP)
    script = script_of(cells)
    assert script.exercises["MLP"] == ExerciseCell("changed", "cell 4")
    assert Cell("cell 4", MLP, "MLP", "solution") in script.cells


def test_a_copy_of_the_stub_is_dropped_where_another_copy_is_filled_in():
    cells = solved_cells()
    cells.insert(4, code_cell(MLP_STUB, "new", nbgrader=nbgrader("MLP", solution=True)))
    script = script_of(cells)
    assert MLP_STUB not in sources(script)
    assert script.exercises["MLP"] == ExerciseCell("changed", "cell 4")
    assert script.remarks == ["MLP has 2 solution cells; those that were filled in run in order"]


def test_two_filled_in_copies_both_run_and_the_last_one_wins():
    cells = solved_cells()
    later = MLP.replace("2 * x", "3 * x")
    cells.insert(4, code_cell(later, "new", nbgrader=nbgrader("MLP", solution=True)))
    script = script_of(cells)
    assert sources(script, "solution")[:2] == [MLP, later]
    assert script.exercises["MLP"] == ExerciseCell("changed", "cell 5")
    assert script.remarks == ["MLP has 2 solution cells; all of them run in order"]


def test_a_deleted_solution_cell_is_missing():
    cells = solved_cells()
    del cells[3]
    script = script_of(cells)
    assert script.exercises["MLP"] == ExerciseCell("missing", None)
    assert script.remarks == ["the solution cell of MLP is missing"]


def test_a_solution_written_into_a_new_cell_is_found():
    cells = solved_cells()
    cells[3] = code_cell(MLP, "new")
    script = script_of(cells)
    assert script.exercises["MLP"] == ExerciseCell("changed", "cell 4")
    assert script.remarks == ["the solution cell of MLP was deleted; cell 4 defines it and is taken"]


def test_a_solution_written_above_its_untouched_stub_is_not_overwritten_by_the_stub():
    cells = released_cells()
    cells.insert(3, code_cell(MLP, "new"))
    script = script_of(cells)
    assert MLP_STUB not in sources(script)
    assert script.exercises["MLP"] == ExerciseCell("changed", "cell 4")
    assert script.remarks == ["the solution cell of MLP is unchanged; cell 4 defines it and is taken"]


def test_a_stub_stays_where_a_new_cell_makes_only_some_of_its_names():
    cells = released_cells()
    cells.append(code_cell("def predict_print():\n    return 'Scale()'"))
    script = script_of(cells)
    assert sources(script, "solution") == [
        MLP_STUB,
        cells[6]["source"],
        "def predict_print():\n    return 'Scale()'",
    ]
    assert script.exercises["Scale"] == ExerciseCell("changed", "cell 9")


def test_two_solutions_merged_into_one_cell_answer_both_exercises():
    cells = solved_cells()
    cells[3]["source"] = f"{MLP}\n\n\n{SCALE}"
    del cells[6]
    script = script_of(cells)
    assert script.exercises == {
        "MLP": ExerciseCell("changed", "cell 4"),
        "Scale": ExerciseCell("changed", "cell 4"),
    }


def strip_metadata(cells, *, ids):
    for cell in cells:
        cell["metadata"] = {}
        if not ids:
            cell.pop("id", None)
    return cells


@pytest.mark.parametrize("ids", [True, False])
def test_a_notebook_stripped_of_all_metadata_gives_the_same_code(ids):
    script = script_of(strip_metadata(solved_cells(), ids=ids))
    assert script.cells == script_of(solved_cells()).cells
    assert script.exercises == script_of(solved_cells()).exercises


@pytest.mark.parametrize("ids", [True, False])
def test_stubs_are_known_again_without_metadata(ids):
    script = script_of(strip_metadata(released_cells(), ids=ids))
    assert script == script_of(released_cells())


def test_an_id_that_another_exercise_had_is_not_believed():
    cells = strip_metadata(solved_cells(), ids=True)
    cells[3]["id"], cells[6]["id"] = cells[6]["id"], cells[3]["id"]
    script = script_of(cells)
    assert script.exercises == script_of(solved_cells()).exercises


def test_own_cells_keep_their_order_and_unknown_grade_ids_are_own():
    cells = solved_cells()
    cells.insert(5, code_cell("model = MLP()", "a"))
    cells.append(code_cell("print(model)", "b", nbgrader=nbgrader("Homework")))
    cells.append(code_cell("  \n", "c"))
    script = script_of(cells)
    assert [cell.name for cell in script.cells] == ["setup", "cell 4", "cell 6", "cell 8", "cell 10"]
    assert sources(script, "own") == ["model = MLP()", "print(model)"]


def test_an_untouched_demo_runs_only_where_a_name_of_it_is_needed():
    cells = solved_cells()
    cells.append(code_cell("print(batch.mean())"))
    assert sources(script_of(cells), "demo") == [DEMO_SHAPES]


def test_a_demo_that_a_needed_demo_needs_runs_too():
    cells = solved_cells()
    cells.append(code_cell("print(norms)"))
    assert sources(script_of(cells), "demo") == [DEMO_SHAPES, DEMO_PLOT]


def test_a_demo_below_a_function_that_uses_its_name_runs():
    cells = solved_cells()
    cells[3]["source"] = MLP.replace("2 * x", "norms * x")
    assert sources(script_of(cells), "demo") == [DEMO_SHAPES, DEMO_PLOT]


@pytest.mark.parametrize(
    "source",
    [
        "batch = torch.zeros(2)\nprint(batch)",
        "def double(batch):\n    return 2 * batch",
        "for batch in range(3):\n    print(batch)",
        "[batch for batch in range(3)]",
        "x.batch",
        "this is (not Python: batch",
    ],
)
def test_a_name_that_the_student_makes_needs_no_demo(source):
    cells = solved_cells()
    cells.append(code_cell(source))
    assert sources(script_of(cells), "demo") == []


@pytest.mark.parametrize(
    "source",
    [
        "batch = batch + 1",
        "batch += 1",
        "%matplotlib inline\nprint(batch)",
        "%%time\nprint(batch)",
        "!ls\nlambda: batch",
    ],
)
def test_a_name_read_before_it_is_made_needs_its_demo(source):
    cells = solved_cells()
    cells.append(code_cell(source))
    assert sources(script_of(cells), "demo") == [DEMO_SHAPES]


def test_a_changed_demo_runs_as_the_students_own_cell():
    cells = solved_cells()
    cells[2]["source"] = "batch = torch.zeros(3, 20)"
    script = script_of(cells)
    assert sources(script, "own") == ["batch = torch.zeros(3, 20)"]
    assert sources(script, "demo") == []


def test_an_empty_notebook_has_every_exercise_missing():
    script = script_of([])
    assert sources(script) == [SETUP]
    assert {exercise.state for exercise in script.exercises.values()} == {"missing"}


@pytest.mark.parametrize(
    "source",
    [
        "(" * 50000,
        "-" * 50000 + "1",
        "a" + ".a" * 50000,
        "%time\n" * 20000,
        "x = 1\n" * 100000,
        "\0",
        "\\",
        "?",
    ],
)
def test_code_that_is_hard_to_parse_is_kept_as_it_is(source):
    cells = solved_cells()
    cells.append(code_cell(source))
    assert sources(script_of(cells), "own") == [source]


def test_code_beyond_any_honest_amount_is_kept_but_not_analysed():
    filler = [f"a{index} = 1\n" * 3000 for index in range(16)]
    cells = solved_cells() + [code_cell(source) for source in [*filler, "print(batch)"]]
    script = script_of(cells)
    assert sources(script, "own") == [*filler, "print(batch)"]
    assert sources(script, "demo") == []
    assert script.exercises == script_of(solved_cells()).exercises
