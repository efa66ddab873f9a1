"""nbgrader preprocessors: verdicts in the place of execution.

nbgrader's own Execute runs a notebook in a kernel that has the gradebook within reach. GradeInSandbox takes
its place: the submission is graded behind walls, and the notebook only receives what came out. SaveVerdicts
takes the place of SaveAutoGrades, which gives full marks to a grade cell without output.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Enum, Integer, Unicode

from autograder.frontends.nbgrader_class import available_cores, record_of
from autograder.frontends.nbgrader_outputs import outputs
from autograder.grading.records import SubmissionRecord
from autograder.sandbox.isolation import Level

BEST = "best"


class GradeInSandbox(NbGraderPreprocessor):  # type: ignore[misc]
    """Grades the submitted file, and writes each exercise's card and score under its grade cell."""

    isolation = Enum(
        [BEST, *(level.value for level in Level)],
        BEST,
        help="How student code is walled off: 'best' that works here but never 'none'; the name of a level "
        "demands at least that level; 'none' grades without walls.",
    ).tag(config=True)
    grades = Unicode("grades", help="Folder for grades and logs, relative to the course.").tag(config=True)
    jobs = Integer(available_cores(), min=1, help="How many submissions to grade at a time.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook with verdicts in it, and in resources whether a human has to look."""
        names = resources["nbgrader"]
        record = record_of(self, names["student"], names["assignment"], names["notebook"])
        self.tell(record)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.execution_count = None
                cell.outputs = outputs(cell, record) if is_autograded(cell) else []
        resources["needs_human"] = record.status != "graded"
        return nb, resources

    def tell(self, record: SubmissionRecord) -> None:
        """What the instructor should know, into nbgrader's log."""
        who = f"{record.student}, {record.assignment}"
        if record.status == "graded":
            self.log.info("%s: %g of %g points", who, record.score, record.max_score)
        elif record.status == "unreadable":
            self.log.warning("%s: 0 points, and a human has to look: %s", who, record.error)
        else:
            self.log.error(
                "%s: NOT GRADED, through no fault of the student: %s. No score was saved; "
                "run autograde with --force for this student once that is mended.",
                who,
                record.error,
            )
        for remark in record.remarks:
            self.log.warning("%s: %s", who, remark)


class SaveVerdicts(SaveAutoGrades):  # type: ignore[misc]
    """Saves scores as SaveAutoGrades does, but a grade cell without a score waits for a human."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Saves the cell's score and comment into the gradebook; the cell stays as it is."""
        if is_autograded(cell) and not has_score(cell):
            # nbgrader gives text no automatic score and asks for a manual one: just what is wanted here.
            text = copy(cell)
            text.cell_type = "markdown"
            super().preprocess_cell(text, resources, cell_index)
            return cell, resources
        super().preprocess_cell(cell, resources, cell_index)
        if is_autograded(cell) and resources.get("needs_human"):
            names = resources["nbgrader"]
            grade = self.gradebook.find_grade(
                cell.metadata.nbgrader.grade_id, names["notebook"], names["assignment"], names["student"]
            )
            grade.needs_manual_grade = True
            self.gradebook.db.commit()
        return cell, resources


def is_autograded(cell: NotebookNode) -> bool:
    """Whether the cell's points come from code, not from a human."""
    return cell.cell_type == "code" and bool(utils.is_grade(cell)) and not utils.is_solution(cell)


def has_score(cell: NotebookNode) -> bool:
    """Whether a score stands under the cell."""
    return any(output.output_type == "execute_result" for output in cell.outputs)
