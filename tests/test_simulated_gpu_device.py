"""The simulated GPU as a device: what it claims, what it refuses, and that it leaves nothing behind."""

from __future__ import annotations

import copy
import gc
import io
import pickle
import threading
import weakref
from collections.abc import Iterator
from contextlib import suppress

import numpy
import pytest
import torch
from torch import Tensor, nn

from autograder.simulated_gpu import NotImitatedError, current, simulated_gpu
from autograder.simulated_gpu.state import Device

CUDA = torch.device("cuda", 0)


@pytest.fixture
def gpu() -> Iterator[Device]:
    with simulated_gpu() as device:
        yield device


def everything() -> dict[str, object]:
    """Identities of what the device replaces while it is on."""
    owners = {
        "Tensor": Tensor,
        "UntypedStorage": torch.UntypedStorage,
        "cuda": torch.cuda,
        "accelerator": torch.accelerator,
        "torch": torch,
        "C": torch._C,
        "nn": torch._C._nn,
        "autograd": torch.autograd,
        "Function": torch.autograd.Function,
        "threading": threading.Thread,
        "autocast": torch.autocast,
        "DataParallel": nn.DataParallel,
    }
    return {f"{name}.{key}": value for name, owner in owners.items() for key, value in vars(owner).items()}


def test_leaving_restores_pytorch() -> None:
    before = everything()
    with simulated_gpu(), simulated_gpu(1):
        assert everything() != before
    after = everything()
    assert set(after) == set(before)
    assert [name for name in before if after[name] is not before[name]] == []
    assert current() is None


def test_an_exception_restores_pytorch_too() -> None:
    before = everything()
    with suppress(ZeroDivisionError), simulated_gpu():
        torch.set_default_device("cuda")
        raise ZeroDivisionError
    after = everything()
    assert [name for name in before if after[name] is not before[name]] == []
    assert torch.get_default_device().type == "cpu"
    assert torch.tensor([1.0]).device.type == "cpu"


def test_the_default_device_still_works_after_the_simulation() -> None:
    with simulated_gpu(), torch.device("cuda"):
        assert torch.zeros(2).device == torch.tensor([1.0]).device == CUDA
    with torch.device("meta"):
        assert torch.tensor([1.0]).device.type == torch.zeros(1).device.type == "meta"


def test_an_inner_device_hands_over_to_the_outer() -> None:
    with simulated_gpu() as outer:
        with simulated_gpu(1) as inner:
            assert (torch.cuda.device_count(), current()) == (2, inner)
            assert torch.zeros(1, device=inner.device).device.index == 1
        assert (torch.cuda.device_count(), current()) == (1, outer)
        assert torch.zeros(1).cuda().device == CUDA


def test_tensors_that_outlive_the_device_are_ordinary() -> None:
    with simulated_gpu():
        x = torch.rand(3, device="cuda")
    assert x.device.type == "cpu"
    assert (x + torch.ones(3)).sum() > 3
    assert x.numpy().shape == (3,)


def test_ten_thousand_tensors_leave_nothing_behind(gpu: Device) -> None:
    tensors = [torch.zeros(1, device="cuda") for _ in range(10_000)]
    dead = [weakref.ref(tensor) for tensor in tensors]
    storages = [weakref.ref(tensor.untyped_storage()) for tensor in tensors[:100]]
    del tensors
    gc.collect()
    assert not any(reference() is not None for reference in dead + storages)
    held = [o for o in gc.get_objects() if type(o) is torch.UntypedStorage]
    assert len(held) < 1000


@pytest.mark.filterwarnings("ignore:To copy construct")
def test_devices_of_all_ways_to_make_a_tensor(gpu: Device) -> None:
    x = torch.rand(3, 4, device="cuda")
    on_gpu = {
        "to": torch.ones(1).to("cuda:0"),
        "to number": torch.ones(1).to(0),
        "to tensor": torch.ones(1).to(x),
        "to dtype": torch.ones(1).to("cuda", torch.float64),
        "cuda": torch.ones(1).cuda(),
        "type": torch.ones(1).type("torch.cuda.DoubleTensor"),
        "old": torch.cuda.FloatTensor(2),
        "like": torch.zeros_like(x),
        "new": x.new_ones(2),
        "new tensor": x.new_tensor([1.0]),
        "view": x[0].view(2, 2).t(),
        "detached": x.detach().clone(),
        "computed": (x @ x.t()).softmax(-1).argmax(),
        "tensor": torch.tensor([1], device=CUDA),
        "of a number": torch.tensor(x.sum()),
        "as_tensor": torch.as_tensor(numpy.ones(2), device="cuda"),
        "asarray": torch.asarray([1.0], device="cuda"),
        "one hot": nn.functional.one_hot(torch.tensor([0, 1], device="cuda")),
        "copied": copy.deepcopy(x),
        "pickled": pickle.loads(pickle.dumps(x)),
        "parameter": copy.deepcopy(nn.Parameter(x)),
        "half": x.half(),
    }
    assert {name: tensor.device for name, tensor in on_gpu.items() if tensor.device != CUDA} == {}
    on_cpu = {
        "plain": torch.zeros(2),
        "cpu": x.cpu(),
        "like": torch.zeros_like(x, device="cpu"),
        "new": x.new_ones(2, device="cpu"),
        "numpy": torch.from_numpy(numpy.ones(2)),
        "numbers": torch.tensor([x[0, 0], x[0, 1]]),
        "old": torch.FloatTensor(2),
        "full": torch.full((2,), x.sum().item()),
        "typed": x.type(torch.FloatTensor),
    }
    assert {name: tensor.device for name, tensor in on_cpu.items() if tensor.device.type != "cpu"} == {}
    assert torch.ones(1).to("cuda", torch.float64).dtype == torch.float64


def test_modules_move_in_every_form_of_to(gpu: Device) -> None:
    target = torch.zeros(1, device="cuda")
    moves = [
        lambda layer: layer.to("cuda"),
        lambda layer: layer.to(device="cuda", dtype=torch.float64),
        lambda layer: layer.to(target),
        lambda layer: layer.to(0),
        lambda layer: layer.cuda(),
        lambda layer: layer.cpu().to(CUDA, non_blocking=True),
    ]
    for move in moves:
        layer = move(nn.Linear(2, 3))
        assert {parameter.device for parameter in layer.parameters()} == {CUDA}
    assert nn.Linear(2, 3).to(device="cuda", dtype=torch.float64).weight.dtype == torch.float64


def test_saved_tensors_come_back_to_where_they_were(gpu: Device) -> None:
    file = io.BytesIO()
    torch.save({"here": torch.ones(2), "there": torch.ones(2, device="cuda")}, file)

    def load(**options: object) -> list[str]:
        file.seek(0)
        return [tensor.device.type for tensor in torch.load(file, **options).values()]

    assert load() == ["cpu", "cuda"]
    assert load(map_location="cpu") == ["cpu", "cpu"]
    assert load(map_location="cuda") == ["cuda", "cuda"]
    assert load(map_location={"cuda:0": "cpu"}) == ["cpu", "cpu"]
    assert load(map_location=lambda storage, place: storage) == ["cpu", "cpu"]


def test_an_error_names_operand_and_line(gpu: Device) -> None:
    layer = nn.Linear(2, 3).to("cuda")
    x = torch.rand(4, 2)
    with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device") as caught:
        layer(x)
    stray = caught.value.stray  # type: ignore[attr-defined]
    assert (stray.operation, stray.operand, stray.shape) == ("addmm", "mat1", (4, 2))
    assert stray.origin.file == __file__
    assert stray.origin.function == "test_an_error_names_operand_and_line"
    assert stray.origin.line == test_an_error_names_operand_and_line.__code__.co_firstlineno + 2


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        ("x.numpy()", TypeError, "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu()"),
        ("x + torch.ones(3)", RuntimeError, "found at least two devices, cuda:0 and cpu!"),
        ("torch.cat([x, torch.ones(3)])", RuntimeError, "but got tensors is on cpu, different from other"),
        ("torch.ones(3)[x.long()]", RuntimeError, "indices should be either on cpu or on the same device"),
        ("x.to('cuda:3')", RuntimeError, "invalid device ordinal"),
        ("x.long().outer(x.long()) @ x.long()", NotImplementedError, "not implemented for 'Long'"),
        ("x.pin_memory()", RuntimeError, "cannot pin 'torch.cuda.FloatTensor'"),
        ("nn.functional.conv1d(x.view(1, 1, 3), torch.ones(1, 1, 2))", RuntimeError, "weight type"),
        ("torch.add(torch.tensor(1.), torch.tensor(2.), out=x[0])", RuntimeError, "too many CPU scalars"),
        ("nn.Linear(3, 2).to(x).weight.data.copy_(torch.ones(9)) ", RuntimeError, "must match"),
    ],
)
def test_errors_are_cudas(gpu: Device, code: str, kind: type[Exception], text: str) -> None:
    x = torch.rand(3, device="cuda")
    with pytest.raises(kind) as caught:
        eval(code, {"x": x, "torch": torch, "nn": nn})
    assert text in str(caught.value)


def test_numbers_may_come_from_the_cpu(gpu: Device) -> None:
    x = torch.rand(3, device="cuda")
    for y in (x * torch.tensor(2.0), torch.tensor(2.0) - x, torch.where(x > 0, x, torch.tensor(0.0)), x / 2):
        assert y.device == CUDA


def test_gradients_cross_a_move(gpu: Device) -> None:
    weight = torch.ones(3, requires_grad=True)
    (weight.to("cuda") * torch.arange(3.0, device="cuda")).sum().backward()
    assert weight.grad is not None
    assert weight.grad.device.type == "cpu"
    assert weight.grad.tolist() == [0, 1, 2]
    there = torch.ones(3, device="cuda", requires_grad=True)
    there.cpu().square().sum().backward()
    assert there.grad is not None
    assert there.grad.device == CUDA


def test_a_thread_sees_the_device_and_may_outlive_it() -> None:
    seen: list[object] = []
    go = threading.Event()

    def work() -> None:
        seen.append(torch.zeros(1, device="cuda").device)
        go.wait(10)
        seen.append(torch.zeros(1).device)

    with simulated_gpu():
        thread = threading.Thread(target=work)
        thread.start()
        while not seen:
            pass
    go.set()
    thread.join()
    assert seen == [CUDA, torch.device("cpu")]


def test_generators_and_seeds(gpu: Device) -> None:
    generator = torch.Generator("cuda")
    assert (generator.device, torch.Generator().device.type) == (CUDA, "cpu")
    draws = [torch.rand(2, generator=generator.manual_seed(3), device="cuda").tolist() for _ in range(2)]
    assert draws[0] == draws[1]
    torch.cuda.manual_seed(5)
    first = torch.rand(2, device="cuda")
    torch.cuda.manual_seed(5)
    assert torch.equal(first, torch.rand(2, device="cuda"))


def test_round_trips_are_remarked_with_their_line(gpu: Device) -> None:
    x = torch.rand(3, device="cuda")
    x.cpu()
    x.sum().item()
    x.to("cuda:0")
    if x.sum() > 5:
        raise AssertionError
    assert [(r.kind, r.what) for r in gpu.remarks] == [
        ("round_trip", ".cpu()"),
        ("round_trip", ".item()"),
        ("one_gpu", "cuda:0"),
        ("round_trip", "bool()"),
    ]
    first = test_round_trips_are_remarked_with_their_line.__code__.co_firstlineno
    assert [remark.line - first for remark in gpu.remarks] == [2, 3, 4, 5]


def test_what_pytorch_does_for_itself_is_no_remark(gpu: Device) -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)).to("cuda")
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.rand(4, 2, device="cuda")).sum().backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    assert repr(model[0].weight).count("cuda:0") == 1
    assert gpu.remarks == []


@pytest.mark.parametrize(
    "code",
    [
        "torch.compile(nn.Linear(2, 2))",
        "torch.jit.script(nn.Linear(2, 2))",
        "torch.func.grad(lambda a: a.sum())(x)",
        "x.to_sparse()",
        "torch.autocast('cuda').__enter__()",
        "torch.cuda.CUDAGraph()",
        "torch.utils.dlpack.to_dlpack(x)",
        "x.new(x)",
        "torch.set_default_tensor_type(torch.cuda.FloatTensor)",
        "nn.DataParallel(nn.Linear(2, 2))",
    ],
)
def test_what_is_not_imitated_says_so(gpu: Device, code: str) -> None:
    x = torch.rand(3, device="cuda")
    with pytest.raises(NotImitatedError):
        eval(code, {"x": x, "torch": torch, "nn": nn})
    assert len(gpu.not_imitated) == 1


def test_the_torch_cuda_that_notebooks_ask(gpu: Device) -> None:
    assert torch.cuda.is_available()
    assert (torch.cuda.device_count(), torch.cuda.current_device()) == (1, 0)
    assert torch.cuda.get_device_name(0) == torch.cuda.get_device_properties(0).name
    with torch.cuda.device(0):
        torch.cuda.synchronize()
    torch.cuda.nvtx.range_push("a part")
    assert torch.cuda.memory_allocated() == 0
    assert torch.zeros(1, pin_memory=True).cuda(non_blocking=True).device == CUDA
    assert torch.accelerator.current_accelerator() == torch.device("cuda")
    assert isinstance(torch.ones(1).cuda(), torch.cuda.FloatTensor)
    assert not isinstance(torch.ones(1), torch.cuda.FloatTensor)
