"""Redaction: what a student's process says about itself may carry hidden inputs out, as names.

Once a probe's inputs have been sent, code can name a class, a parameter or a function after them. Feedback
therefore shows a name only if its words stand in the submitted notebook or are PyTorch's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from autograder.checks.findings import Finding

REPORTED = ("seen", "name", "kind", "missing", "unexpected")
"""The values of findings that come from the student's process."""

TOKEN = re.compile(r"[^\W\d]+|\d+")
"""Letters, or digits: `layer0` is known where the notebook says f"layer{index}"."""

OF_PYTORCH = frozenset(
    [
        "weight",
        "bias",
        "in_proj_weight",
        "in_proj_bias",
        "out_proj",
        "running_mean",
        "running_var",
        "num_batches_tracked",
        "weight_ih_l",
        "weight_hh_l",
        "bias_ih_l",
        "bias_hh_l",
        "grad",
        "Tensor",
        "Parameter",
        "Sequential",
        "ModuleList",
        "ModuleDict",
        "Linear",
        "ReLU",
        "tuple",
        "list",
        "dict",
        "set",
        "str",
        "int",
        "float",
        "bool",
        "complex",
        "bytes",
        "function",
        "generator",
        "ndarray",
        "Size",
        "NoneType",
        "torch",
        "bfloat",
        "uint",
    ]
)
OUR_OWN = frozenset(["the", "input", "x", "or", "a", "parameter"])
"""Words that checks put in the place of a name."""

HIDDEN = "..."
LONGEST_NUMBER = 3
MOST_NUMBERS = 3


class Redactor:
    """Knows the words of one submission."""

    def __init__(self, sources: Iterable[str]) -> None:
        self.words = OF_PYTORCH | OUR_OWN
        for source in sources:
            self.learn(source)

    def learn(self, text: str) -> None:
        """The text's words may be shown: it is the student's, or it is the same for everybody."""
        self.words |= set(TOKEN.findall(text))

    def finding(self, finding: Finding) -> Finding:
        """The same finding with unknown names replaced by three dots; numbers and shapes stay."""
        values = {key: self.value(v) if key in REPORTED else v for key, v in finding.values.items()}
        return Finding(finding.id, **values)

    def value(self, value: Any) -> Any:
        """A value of a finding."""
        if isinstance(value, str):
            return value if self.is_known(value) else HIDDEN
        if isinstance(value, (list, tuple)):
            return type(value)(self.value(item) for item in value)
        return value

    def is_known(self, text: str) -> bool:
        """Whether a text says nothing that the student had not written, but for a few small numbers."""
        tokens = TOKEN.findall(text)
        numbers = [token for token in tokens if token.isdigit()]
        return (
            all(token in self.words for token in tokens if not token.isdigit())
            and len(numbers) <= MOST_NUMBERS
            and all(len(number) <= LONGEST_NUMBER for number in numbers)
        )
