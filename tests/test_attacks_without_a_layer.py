"""One layer taken away at a time: named attacks then get through, so the corpus can fail.

Layers inside the sandbox are taken away by a line of Python that its process runs before it starts; those of
the trusted side by patching this process. Nothing in the product can switch a layer off.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from unittest.mock import patch

import pytest

from autograder.catalogue import chapter
from autograder.grading.worker import probe_modules
from autograder.reports import card, gradebook_csv
from autograder.sandbox import channel, client, frames, launch, values, visible, zygote_process
from autograder.sandbox.channel import Channel
from autograder.sandbox.client import Sandbox
from autograder.sandbox.isolation import Level
from autograder.submissions import files
from tests.attacks.canaries import Canaries, laid_out
from tests.attacks.corpus import CORPUS, FAMILIES
from tests.attacks.grading import faults, run
from tests.warm_sandboxes import WALLED as WORKING

BLOCKS = chapter("01-blocks")
for family in FAMILIES:
    importlib.import_module(f"tests.attacks.{family}")
NOTHING = "(lambda *arguments, **options: None)"


@dataclass(frozen=True)
class Layer:
    """A layer, how it is taken away, and the attacks that must then get through, each with a sign of it.

    `inside` is code for the sandbox's process, `at_start` a patch of this one while a sandbox starts,
    `outside` one while it grades.
    """

    name: str
    attacks: dict[str, str]
    level: Level = Level.FULL
    inside: str = ""
    slow: bool = False
    at_start: Callable[[], AbstractContextManager[object]] = ExitStack
    outside: Callable[[], AbstractContextManager[object]] = ExitStack


def without(module: str, function: str, instead: str = NOTHING) -> str:
    """A line that puts something else in a function's place."""
    return f"import autograder.sandbox.{module} as m; m.{function} = {instead}"


def with_the_graders_environment() -> AbstractContextManager[object]:
    """Processes that start with a variable of this one: with all, torch itself might not start."""
    clean = launch.environment
    return patch.object(
        launch, "environment", lambda *given: {"GRADER_TOKEN": os.environ["GRADER_TOKEN"], **clean(*given)}
    )


def with_hidden_checks_in_sight() -> AbstractContextManager[object]:
    """Sandboxes that see the hidden checks among the kit's files."""
    return patch.object(visible, "KIT_FILES", (*visible.KIT_FILES, "checks/hidden"))


def without_limits_on_headers() -> AbstractContextManager[object]:
    """Any number of tensors in a header of any size."""
    stack = ExitStack()
    stack.enter_context(patch.object(frames, "LARGEST_HEADER", 1 << 40))
    stack.enter_context(patch.object(values, "MOST_BUFFERS", 1 << 40))
    return stack


def without_a_limit_on_frames() -> AbstractContextManager[object]:
    """Frames of any length."""
    return patch.object(
        channel, "remaining_size", lambda prefix, largest: int.from_bytes(prefix[:4], "big") - 4
    )


def without_a_limit_on_output() -> AbstractContextManager[object]:
    """Output that is never a flood."""
    bounded = Channel.__init__

    def unbounded(self: Channel, connection: object, output: int, kept: int, most: int) -> None:
        bounded(self, connection, output, kept, 1 << 40)

    return patch.object(Channel, "__init__", unbounded)


def with_every_kind_of_file() -> AbstractContextManager[object]:
    """Links followed, and no question what kind of file it is."""
    stack = ExitStack()
    stack.enter_context(patch.object(files, "_demand_regular", lambda status, limit: None))
    stack.enter_context(patch.object(files, "OPEN_FLAGS", os.O_RDONLY))
    return stack


SECRETS_MAY_BE_SEEN = "import autograder.sandbox.zygote as z; z.answers_in_reach = (lambda paths: None)"
CLOSE_ALL_BUT_SOCKETS = """
import autograder.sandbox.syscalls as m
def close_pipes(first):
    import os, stat
    for number in range(first, 256):
        try:
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                os.close(number)
        except OSError:
            continue
m.close_from = close_pipes
"""
NO_NAMESPACES = f"{without('namespaces', 'enter')}; {without('namespaces', 'mount_scratch')}"
LARGE_SCRATCH = (
    "import autograder.sandbox.namespaces as m; bounded = m.mount_scratch; "
    "m.mount_scratch = lambda scratch, files: bounded(1 << 30, 1 << 20)"
)

LAYERS = [
    Layer(
        "seccomp",
        {"processes": "GOT THROUGH: fork", "every_family_of_sockets": "GOT THROUGH: socket"},
        inside=without("seccomp", "restrict"),
    ),
    Layer(
        "seccomp beside other processes",
        {
            "message_queues_of_the_machine": "sent: queue",
            "servers_of_the_machine": "GOT THROUGH: path",
        },
        slow=True,
        level=Level.LANDLOCK,
        inside=without("seccomp", "restrict"),
    ),
    Layer(
        "Landlock",
        {
            "home_and_tmp_of_the_instructor": "sent: tmp",
            "other_submissions": "sent: sibling",
            "gradebook": "sent: grades",
        },
        level=Level.LANDLOCK,
        inside=f"{SECRETS_MAY_BE_SEEN}; {without('landlock', 'restrict')}",
    ),
    Layer(
        "Landlock between children",
        {"note_for_the_next_one": "GOT THROUGH: find"},
        slow=True,
        level=Level.SHARED,
        inside=without("landlock", "restrict"),
    ),
    Layer(
        "namespaces of a child's own",
        {
            "environments_of_other_processes": "GOT THROUGH: /proc/1/cmdline",
            "note_for_the_next_one": "GOT THROUGH: find",
        },
        inside=NO_NAMESPACES,
    ),
    Layer(
        # Newer kernels let Landlock keep signals in as well: then it takes both to let one out.
        "namespaces and Landlock's scopes",
        {"kill_everybody": "the sibling was harmed"},
        slow=True,
        inside=f"{NO_NAMESPACES}; import autograder.sandbox.landlock as l; l.ALL_SCOPES = 0",
    ),
    Layer(
        "resource limits",
        {"memory_in_mappings": "GOT THROUGH: private", "descriptors": "GOT THROUGH: 1000 files"},
        inside=without("resource_limits", "restrict"),
    ),
    Layer(
        "dropping capabilities",
        {"loopback_brought_up": "GOT THROUGH: loopback", "rights_back": "GOT THROUGH: CapEff"},
        inside=without("syscalls", "drop_capabilities"),
    ),
    Layer(
        "closing descriptors",
        {"inherited_descriptors": "GOT THROUGH: descriptor"},
        slow=True,
        inside=CLOSE_ALL_BUT_SOCKETS,
    ),
    Layer(
        "a scratch folder of bounded size",
        {"disk": "GOT THROUGH: 300 MiB", "inodes": "GOT THROUGH: 5000 files"},
        slow=True,
        inside=LARGE_SCRATCH,
    ),
    Layer(
        "an empty environment",
        {"environment": "sent: environment"},
        at_start=with_the_graders_environment,
    ),
    Layer(
        "showing only what students may see",
        {"package_resources": "sent: the line"},
        slow=True,
        inside=SECRETS_MAY_BE_SEEN,
        at_start=with_hidden_checks_in_sight,
    ),
    Layer(
        "matching replies to requests",
        {"guessed_identity": "earned"},
        outside=lambda: patch.object(client.secrets, "compare_digest", lambda a, b: True),
    ),
    Layer(
        "limits on headers",
        {"two_hundred_thousand_tensors": "bad_reply expected"},
        slow=True,
        outside=without_limits_on_headers,
    ),
    Layer(
        "a limit on frames",
        {"huge_frame_sent": "bytes was taken"},
        slow=True,
        outside=without_a_limit_on_frames,
    ),
    Layer(
        "a limit on output",
        {"output_without_end": "output_flood expected"},
        slow=True,
        outside=without_a_limit_on_output,
    ),
    Layer(
        "opening only regular files",
        {"link_to_a_siblings_notebook": "the submission is graded"},
        outside=with_every_kind_of_file,
    ),
    Layer(
        "escaping of markup",
        {"markup_in_exceptions": "holds markup", "markup_in_names": "holds markup"},
        outside=lambda: patch.dict(card.ENVIRONMENT.filters, with_code=str),
    ),
    Layer(
        "defusing of formulas",
        {"formula_as_a_name": "a formula"},
        outside=lambda: patch.object(gradebook_csv, "harmless", lambda text: text),
    ),
]


@pytest.fixture(scope="module")
def canaries() -> Iterator[Canaries]:
    with laid_out(BLOCKS) as canaries:
        yield canaries


@pytest.fixture(scope="module")
def complete(canaries: Canaries) -> Iterator[Sandbox]:
    """A sandbox with all its layers, for those that the trusted side loses."""
    with Sandbox(WORKING[0], preload=probe_modules()) as sandbox:
        yield sandbox


@contextmanager
def weakened(layer: Layer) -> Iterator[Sandbox]:
    """A sandbox that has started without the layer."""
    entrance = f"{layer.inside}\n{zygote_process.ENTRANCE}"
    with patch.object(zygote_process, "ENTRANCE", entrance), layer.at_start():
        sandbox = Sandbox(layer.level, preload=probe_modules())
    with sandbox:
        yield sandbox


def cases() -> Iterator[object]:
    for layer in LAYERS:
        yield pytest.param(layer, id=layer.name, marks=[pytest.mark.slow] if layer.slow else [])


@pytest.mark.parametrize("layer", list(cases()))
def test_without_a_layer_attacks_get_through(layer: Layer, canaries: Canaries, complete: Sandbox) -> None:
    if layer.level not in WORKING:
        pytest.skip(f"{layer.level.value} does not work here")
    of_the_sandbox = layer.inside or layer.at_start is not ExitStack
    with weakened(layer) if of_the_sandbox else nullcontext(complete) as sandbox, layer.outside():
        for name, sign in layer.attacks.items():
            outcome = run(CORPUS[name], BLOCKS, sandbox, canaries)
            found = faults(outcome, canaries)
            assert any(sign in fault for fault in found), "\n".join([name, *found, outcome.last_words])
