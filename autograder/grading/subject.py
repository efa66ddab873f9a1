"""The subject of grading: a student's code in the sandbox."""

from __future__ import annotations

from typing import Any

from autograder.catalogue import Chapter
from autograder.checks import probing
from autograder.checks.findings import Finding, NotChecked
from autograder.checks.probes.placement import start_cuda
from autograder.checks.probing import Probe
from autograder.checks.subjects import LostError, Subject
from autograder.grading.process import Account, ScriptProcess
from autograder.grading.records import Device
from autograder.grading.redaction import Redactor
from autograder.sandbox.client import Sandbox
from autograder.sandbox.gpu_process import GpuSandbox
from autograder.sandbox.outcomes import CallFailed, ChildLost
from autograder.simulated_gpu.device import switch_on
from autograder.submissions.script import Script

REASONS = {
    "timeout": "it did not end in time",
    "out_of_memory": "it asked for too much memory",
    "output_flood": "it printed too much",
}


SWITCH_ON = f"{switch_on.__module__}:{switch_on.__name__}"
START_CUDA = f"{start_cuda.__module__}:{start_cuda.__name__}"


class SandboxedSubject(Subject):
    """Serves probes beside a student's cells, in processes of the sandbox.

    Probes of placement have a process of their own, in which the cells ran with the simulated GPU switched
    on, or see the machine's own: `device = ...` often stands at the top of a cell. All others run without
    its overhead.
    """

    quotes_errors = False

    def __init__(self, sandbox: Sandbox, script: Script, chapter: Chapter, device: Device) -> None:
        super().__init__()
        self.sandbox = sandbox
        self.script = script
        self.chapter = chapter
        self.device = device
        self.account = Account(chapter.limits)
        self.redactor = Redactor(cell.source for cell in script.cells)
        self.process = ScriptProcess(sandbox, script, self.account)
        if device == "cuda":
            with_gpu = GpuSandbox(sandbox.zygote.preload)
            self.with_gpu = ScriptProcess(with_gpu, script, self.account, prelude=START_CUDA)
        else:
            self.with_gpu = ScriptProcess(sandbox, script, self.account, prelude=SWITCH_ON)

    def ask(
        self, probe: Probe[Any], build: str, arguments: list[Any], options: dict[str, Any], seed: int
    ) -> Any:
        """Runs a probe beside the student's code.

        Raises LostError if the process does not survive it, NotChecked for placement without a device.
        """
        if probe.on_gpu and self.device == "none":
            raise NotChecked(Finding("placement.no_device"))
        # Names that the expression gives, such as those of branches, are no secret.
        self.redactor.learn(build)
        process = self.with_gpu if probe.on_gpu else self.process
        if probe.on_gpu:
            options = options | {"device": self.device}
        function = f"{probing.__name__}:{probing.observe.__name__}"
        try:
            return process.call(function, probe.name, build, arguments, options, seed)
        except CallFailed as failed:
            raise LostError("out_of_memory" if "MemoryError" in failed.bases else "bad_reply") from None
        except ChildLost as lost:
            raise LostError(lost.reason) from None

    def presentable(self, finding: Finding) -> Finding:
        """The finding without names that hidden inputs could have been put into."""
        return self.redactor.finding(finding)

    @property
    def output(self) -> str:
        """What the student's code printed."""
        return self.process.output

    def why_missing(self, name: str) -> Finding:
        """The cell that should define the name may have raised, or may have been stopped."""
        asked = [exercise.id for exercise in self.chapter.exercises if name in exercise.asks]
        cells = [self.script.exercises[id].cell for id in asked if id in self.script.exercises]
        for cell in filter(None, cells):
            if cell in self.account.stopped:
                reason = REASONS.get(self.account.stopped[cell], "it ended its process")
                return Finding("cell.stopped", name=name, reason=reason)
            outcome = self.process.outcomes.get(cell)
            if outcome is not None and not outcome.ok:
                error = f"{outcome.exception}: {outcome.message}"
                return Finding("cell.raised", name=name, error=error, line=outcome.line or "?")
        return Finding("not_defined", name=name)

    def close(self) -> None:
        """Ends the processes."""
        self.process.close()
        self.with_gpu.close()
