"""The protocol: what a child may answer, and what it must not be believed."""

import array
import os
import pickle
import socket
import struct
import sys
import time

import msgspec
import torch
from torch import nn

from tests.attacks.corpus import attack
from tests.attacks.tools import RightLayers, frame, look, reply

SHORT = {"cell_seconds": 1.5, "check_seconds": 1.5}


@attack(ends="bad_reply")
def garbage() -> None:
    """Bytes that are no frame end the child."""
    os.write(3, os.urandom(4096))


@attack(ends="bad_reply")
def replies_in_advance() -> None:
    """Replies that lie ready before they are asked for are noticed."""
    os.write(3, frame(reply("0" * 16)) * 50)


@attack("SimpleNet", ends="bad_reply")
def guessed_identity() -> None:
    """A forged answer to a question about names is not taken for the answer."""
    shapes = {"fc1.weight": [5, 7], "fc1.bias": [5], "fc2.weight": [3, 5], "fc2.bias": [3]}
    forged = {"dict": {"value": [[[name, shape, True] for name, shape in shapes.items()], []]}}

    class SimpleNet(nn.Module):
        def __init__(self, *sizes: int) -> None:
            super().__init__()
            os.write(3, frame(reply("0" * 16, forged)))

    print(SimpleNet)


@attack("SimpleNet", ends="bad_reply")
def replayed_reply() -> None:
    """A true reply sent once more does not answer the next request."""
    sent: list[bytes] = []
    write = os.write

    def write_and_keep(descriptor: int, data: bytes) -> int:
        if descriptor == 3 and sent:
            return write(3, sent[0]) and len(data)
        if descriptor == 3:
            sent.append(bytes(data))
        return write(descriptor, data)

    os.write = write_and_keep


@attack(ends="bad_reply")
def huge_frame_announced() -> None:
    """A length beyond the limit is refused before a byte of it is taken."""
    os.write(3, struct.pack(">II", 0xFFFFFFFF, 100))
    os.write(3, b"x" * 100_000)


@attack(ends="bad_reply", limits={"reply": 8 << 20, "cell_seconds": 5.0})
def huge_frame_sent() -> None:
    """So is one that really comes."""
    data = memoryview(struct.pack(">II", 128 << 20, 100) + bytes(16 << 20))
    while data:
        data = data[os.write(3, data) :]


@attack(ends="bad_reply")
def huge_header() -> None:
    """A header that would not be small once decoded is refused."""
    os.write(3, struct.pack(">II", 32 << 20, (32 << 20) - 4) + b"\x90" * (1 << 20))


@attack(ends="timeout", limits=SHORT)
def slow_frame() -> None:
    """A frame that comes byte by byte is late."""
    for byte in struct.pack(">II", 1 << 20, 1 << 10) + bytes(1 << 20):
        os.write(3, bytes([byte]))
        time.sleep(0.05)


@attack("SimpleNet", ends="timeout", limits=SHORT | {"submission_seconds": 4.0})
def nobody_reads_the_request() -> None:
    """A child that reads no requests does not stop the sender."""
    os.readv = lambda *_: time.sleep(600)


@attack(ends="bad_reply")
def bombs_of_msgpack() -> None:
    """Lengths that promise gigabytes are not believed."""
    for header in (
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
    ):
        os.write(3, frame(header))


@attack(ends="bad_reply")
def deep_nesting() -> None:
    """Arrays in arrays in arrays exhaust nobody's stack."""
    header = b"\x84\xa2id\xa1x\xa6raised\xc0\xa7buffers\x90\xa5value" + b"\x91" * 500_000 + b"\xc0"
    os.write(3, frame(header))


@attack(ends="bad_reply")
def a_million_empty_lists() -> None:
    """A small frame with very many values stays small."""
    header = b"\x84\xa2id\xa1x\xa6raised\xc0\xa7buffers\x90\xa5value\xdd\x00\x0f\x00\x00" + b"\x90" * 0xF0000
    os.write(3, frame(header))


@attack(ends="bad_reply")
def extension_types() -> None:
    """Extension types, timestamps among them, are not decoded into anything."""
    value = [msgspec.msgpack.Ext(5, pickle.dumps(print)), msgspec.msgpack.Ext(-1, b"\0" * 4)]
    os.write(3, frame(reply("x", value)))


@attack(ends="bad_reply")
def unknown_keys() -> None:
    """A reply with more in it than a reply has is none."""
    os.write(3, frame(reply("x", score=26.0, status="graded")))


@attack("SimpleNet", ends="bad_reply")
def buffers_that_do_not_add_up() -> None:
    """Shapes that claim more, less or impossibly much are refused under the right identity too."""
    shapes = iter([[1 << 39, 1 << 39], [-1], [2], [1 << 41], [0] * 40, ["x"]])

    def identity_of_the_request() -> str:
        below = sys._getframe()
        while "request" not in below.f_locals:
            below = below.f_back
        return below.f_locals["request"].id

    class SimpleNet(nn.Module):
        def __init__(self, *sizes: int) -> None:
            super().__init__()
            value = {"dict": {"value": {"buffer": 0}}}
            buffers = [["float32", next(shapes, [3])]]
            header = reply(identity_of_the_request(), value, buffers)
            os.write(3, frame(header, b"1234"))

    print(SimpleNet)


@attack()
def flood_of_descriptors() -> None:
    """Descriptors sent along the channel do not arrive."""
    channel = socket.socket(fileno=os.dup(3))
    numbers = array.array("i", [0] * 200)
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers)]
    write = os.write

    def write_with_rights(descriptor: int, data: bytes) -> int:
        return channel.sendmsg([data], rights) if descriptor == 3 else write(descriptor, data)

    os.write = write_with_rights


@attack("SimpleNet", denied=("SimpleNet.values", "SimpleNet.gradients", "SimpleNet.relu_called_once"))
def broadcastable_answers() -> None:
    """One number that would fit everywhere fits nowhere."""

    class SimpleNet(RightLayers):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.relu(x)
            return self.fc2(self.relu(self.fc1(x))).mean().reshape(1).expand(1, 1)

    print(SimpleNet)


@attack("SimpleNet", denied=("SimpleNet.values", "SimpleNet.gradients", "SimpleNet.relu_called_once"))
def nan_as_a_wildcard() -> None:
    """NaN and infinity are equal to nothing."""

    class SimpleNet(RightLayers):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc2(self.relu(self.fc1(x))) * float("nan")

    print(SimpleNet)


@attack("SimpleNet")
def pickles_and_odd_tensors() -> None:
    """Subclasses, lazy, sparse, quantized and fake tensors do not cross, nor objects that ask to be unpickled."""

    class Trap(torch.Tensor):
        def __reduce__(self) -> tuple[object, ...]:
            return (print, ("GOT THROUGH: unpickled on the other side",))

    odd = iter(
        [
            torch.zeros(3, 3).as_subclass(Trap),
            torch.empty(3, 3, device="meta"),
            torch.eye(3).to_sparse(),
            torch.quantize_per_tensor(torch.eye(3), 0.1, 0, torch.qint8),
            torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        ]
        * 50
    )

    class SimpleNet(nn.Module):
        def __init__(self, a: int, b: int, c: int) -> None:
            super().__init__()

        def named_parameters(self, *_: object, **options: object) -> object:
            return [(pickle.dumps(Trap), next(odd))]

        def forward(self, x: torch.Tensor) -> object:
            return next(odd)

    print(SimpleNet)


@attack("SimpleNet", ends="bad_reply")
def two_hundred_thousand_tensors() -> None:
    """A reply of 200,000 tensors is refused by its size and number, even from an agent without limits."""
    from autograder.checks import probing
    from autograder.sandbox import frames, values

    frames.LARGEST_HEADER = values.MOST_BUFFERS = 1 << 40
    tensors, observe = [torch.zeros(0)] * 200_000, probing.observe

    def observe_too_much(namespace: object, name: str, expression: str, *rest: object) -> object:
        if expression.startswith("SimpleNet"):
            return {"value": tensors}
        return observe(namespace, name, expression, *rest)

    probing.observe = observe_too_much


@attack("SimpleNet", denied=("SimpleNet.values", "SimpleNet.gradients", "SimpleNet.output_shape"))
def every_kind_of_number() -> None:
    """Integers, booleans and half numbers in every shape are wrong answers and never the grader's trouble."""
    kinds = [
        torch.complex64,
        torch.uint16,
        torch.uint64,
        torch.bool,
        torch.float16,
        torch.bfloat16,
        torch.int8,
    ]
    shapes = [(), (0,), (1,), (3, 3), (0, 3)]
    answers = iter([torch.ones(shape, dtype=kind) for kind in kinds for shape in shapes] * 50)

    class SimpleNet(RightLayers):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return next(answers)

    print(SimpleNet)


@attack(
    "FixedHiddenMLP",
    denied=("FixedHiddenMLP.sum_within_one", "FixedHiddenMLP.values"),
)
def complex_number() -> None:
    """A complex number where a real one belongs is a wrong answer and not the grader's trouble."""

    class FixedHiddenMLP(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(20, 20)
            self.register_buffer("rand_weight", torch.rand(20, 20))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (self.linear(self.linear(x)).sum() * 1j).to(torch.complex64)

    print(FixedHiddenMLP)


@attack("Scale", denied=("Scale.values",))
def forged_answers_to_everything() -> None:
    """An agent that lies about every look earns nothing for what has to be computed."""
    from autograder.checks import probing

    def lie(
        namespace: object, name: str, build: str, arguments: list[object], *_: object
    ) -> dict[str, object]:
        look(lambda: (name, build))
        inputs = [x for x in arguments if isinstance(x, torch.Tensor)] or [torch.zeros(3, 5)]
        return {"value": ["Tensor", inputs[0]]}

    probing.observe = lie
