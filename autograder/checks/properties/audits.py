"""Properties of exercise 4.2: what an audit has to find in which specimen, and what it must not report.

"@" stands for the name of the attribute, which a check draws anew for every seed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import torch
from torch import nn

from autograder.checks.exercises import Rng
from autograder.checks.findings import Finding
from autograder.checks.probes.specimens import audit, audits_of_torch_classes
from autograder.checks.subjects import Raised, StudentRaisedError, Subject

WORDS = ("bricks", "cargo", "stock", "tokens", "shelf", "extras", "spare", "loose")


class Find(NamedTuple):
    """The finding for an audit that misses one of the paths, and the specimens in which it must find all before."""

    finding: str
    paths: tuple[str, ...]
    after: tuple[str, ...] = ("tensor",)


DUE = {
    "tensor": Find("lost.tensor", ("@",), ()),
    "unusual tensors": Find("lost.tensor", ("@0", "@1", "@2", "@3")),
    "list": Find("lost.in_list", ("@.0", "@.1")),
    "tuple": Find("lost.in_tuple", ("@.1",), ("list",)),
    "dictionary": Find("lost.in_dictionary", ("@.x", "@.y"), ("list",)),
    "nested list": Find("lost.nested", ("@.0.0", "@.1.1.0"), ("list",)),
    "list of dictionaries": Find("lost.nested", ("@.0.x", "@.1.z"), ("dictionary",)),
    "dictionary of tuples": Find("lost.nested", ("@.x.0", "@.x.1"), ("tuple", "dictionary")),
    "list of modules": Find("lost.modules", ("@.0", "@.1", "@.2"), ("list",)),
    "dictionary of modules": Find(
        "lost.modules", ("@.x", "@.y.0"), ("list of modules", "list of dictionaries", "dictionary of tuples")
    ),
    "hidden module": Find("lost.modules", ("@",), ("list of modules",)),
    "list of parameters": Find("lost.parameter", ("@.0", "@.1"), ("list",)),
    "copies": Find("lost.copies", ("@.0", "@.1"), ("list of modules",)),
    "depth 1": Find("lost.depth", ("block.@",)),
    "depth 3": Find(
        "lost.depth",
        ("block.0.inner.@.0", "block.0.inner.@.1.x"),
        ("depth 1", "list of dictionaries", "list of modules"),
    ),
    "much": Find("lost.depth", ("@.0", "block.@.x", "block.inner.@.0"), ("tuple", "depth 3")),
    "lost tree": Find("lost.modules", ("@.0",), ("list of modules",)),
    "FixedHiddenMLP": Find("lost.tensor", ("@",)),
}


class Clean(NamedTuple):
    """The finding for an audit that reports something, and the specimens in which it must report nothing before."""

    finding: str
    after: tuple[str, ...]


NOTHING_LOST = {
    "everything registered": Clean("lost.registered", ()),
    "buffers": Clean("lost.buffer", ("everything registered",)),
    "None": Clean("lost.none", ("buffers",)),
    "plain values": Clean("lost.plain", ("None",)),
    "mentions": Clean("lost.mentioned", ("buffers",)),
    "mentions elsewhere": Clean("lost.elsewhere", ("mentions",)),
    "owner": Clean("lost.owner", ("mentions elsewhere",)),
}


def some_name(rng: Rng) -> str:
    """A name for an attribute."""
    return WORDS[int(torch.randint(len(WORDS), (), generator=rng.generator))]


def paths(student: Subject, specimen: str, name: str) -> list[str]:
    """What the audit of a specimen returned."""
    seen = student.attempt(audit, specimen, name)
    if isinstance(seen, Raised):
        raise Finding("lost.endless") if seen.is_a("RecursionError") else StudentRaisedError(seen)
    if seen.paths is None:
        raise Finding("lost.not_texts", kind=seen.kind)
    return seen.paths


def finds(student: Subject, specimen: str, name: str) -> None:
    """The audit reports whatever is lost in a specimen, and before that in the simpler ones."""
    case = DUE[specimen]
    for simpler in case.after:
        finds(student, simpler, name)
    seen = set(paths(student, specimen, name))
    due = [path.replace("@", name) for path in case.paths]
    for path in due:
        if path not in seen:
            if any(other.startswith(f"{path}.") for other in seen):
                raise Finding("lost.entered")
            misspelt = any(means(other, path) for other in seen.difference(due))
            raise Finding("lost.path" if misspelt else case.finding, path=path)


def means(seen: str, path: str) -> bool:
    """Whether a text names the same place in another way: with brackets, without its beginning or its end."""
    words, due = re.findall(r"\w+", seen), path.split(".")
    return bool(words) and (
        due[-len(words) :] == words or due[: len(words)] == words or words[-len(due) :] == due
    )


def finds_nothing(student: Subject, specimen: str, name: str) -> None:
    """The audit reports nothing in a specimen in which all is registered, or no tensor and no module."""
    case = NOTHING_LOST[specimen]
    for simpler in case.after:
        finds_nothing(student, simpler, name)
    if paths(student, specimen, name):
        raise Finding(case.finding)


def names_modules_as_a_whole(student: Subject, name: str) -> None:
    """What lies inside of a lost module is not reported as well."""
    finds(student, "lost tree", name)
    if len(set(paths(student, "lost tree", name))) > 1:
        raise Finding("lost.entered")


def names_each_path_once(student: Subject, name: str) -> None:
    """No path stands twice in the list."""
    finds(student, "much", name)
    found = paths(student, "much", name)
    if len(set(found)) < len(found):
        raise Finding("lost.twice")


def finds_only(student: Subject, specimen: str, name: str) -> None:
    """The audit reports what is lost in a specimen and nothing else."""
    finds_nothing(student, "buffers", name)
    names_modules_as_a_whole(student, name)
    finds(student, specimen, name)
    due = {path.replace("@", name) for path in DUE[specimen].paths}
    if set(paths(student, specimen, name)) - due:
        raise Finding("lost.too_much")


def finds_tensor_of_shared_module(student: Subject, name: str) -> None:
    """A module registered under two names holds a lost tensor; one of the two paths is enough."""
    finds(student, "depth 1", name)
    if not {f"first.{name}", f"second.{name}"} & set(paths(student, "registered twice", name)):
        raise Finding("lost.depth", path=f"first.{name}")


def leaves_the_module_alone(student: Subject, name: str) -> None:
    """The attributes of the audited modules are what they were."""
    for specimen in ("FixedHiddenMLP", "everything registered", "mentions", "much"):
        paths(student, specimen, name)
        if not student.observe(audit, specimen, name).untouched:
            raise Finding("lost.changed")


def finds_nothing_in_torch(student: Subject, name: str) -> None:
    """A new instance of any of PyTorch's classes has nothing to report."""
    finds_nothing(student, "plain values", name)
    for kind, reported in student.observe(audits_of_torch_classes).items():
        if reported:
            raise Finding("lost.torch_class", layer=kind if kind in vars(nn) else "layer")
