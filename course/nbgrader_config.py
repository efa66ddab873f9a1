"""nbgrader's configuration of this course."""

import os
import sysconfig
from contextlib import suppress
from pathlib import Path

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "nn-course-kit"

# Each list is assigned whole: nbgrader runs what is appended to a default list twice.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "autograder.authoring.starter_preprocessor.InsertStarters",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

c.Autograde.sanitize_preprocessors = [
    "autograder.frontends.nbgrader_marks.RestoreMarks",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.OverwriteCells.add_missing_cells = True

# No kernel runs a submission: GradeInSandbox stands where nbgrader has Execute.
c.Autograde.pre_convert_hook = "autograder.frontends.nbgrader_intake.set_aside"
c.Autograde.autograde_preprocessors = [
    "autograder.frontends.nbgrader_preprocessors.GradeInSandbox",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.frontends.nbgrader_preprocessors.SaveVerdicts",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# c.GradeInSandbox.isolation = "best"  # or full, shared, landlock: demand it; none: grade without walls
# c.GradeInSandbox.grades = "grades"
# c.GradeInSandbox.jobs = 2

c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# nbgrader's own exchange folder exists only where an administrator has made it; this one is the course's.
exchange = Path(__file__).resolve().parent / "exchange"
with suppress(OSError):
    exchange.mkdir(exist_ok=True)
c.Exchange.root = str(exchange)

# nbgrader starts `alembic` by its bare name, which an environment that nobody activated does not find.
scripts = sysconfig.get_path("scripts")
if scripts not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)])
