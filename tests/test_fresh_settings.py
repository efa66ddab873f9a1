"""Settings that a cell left on are out of a probe's way, and on again afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from autograder.checks.probing import fresh_settings


@pytest.fixture
def restored() -> Iterator[None]:
    yield
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    torch.set_autocast_enabled("cpu", False)
    torch.set_float32_matmul_precision("highest")


def settings() -> tuple[torch.dtype, bool, bool, str]:
    return (
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
        torch.is_autocast_enabled("cpu"),
        torch.get_float32_matmul_precision(),
    )


@pytest.mark.usefixtures("restored")
def test_settings_are_those_of_a_fresh_notebook_inside_and_as_they_were_afterwards() -> None:
    fresh = settings()
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.set_autocast_enabled("cpu", True)
    torch.set_float32_matmul_precision("medium")
    left_on = settings()
    with fresh_settings():
        assert settings() == fresh
        torch.set_default_dtype(torch.float16)
    assert settings() == left_on


def test_gradients_work_inside_though_inference_mode_is_on() -> None:
    with torch.inference_mode():
        with fresh_settings():
            weight = torch.ones(2, requires_grad=True)
            weight.sum().backward()
        assert torch.is_inference_mode_enabled()
    assert weight.grad is not None


@pytest.mark.usefixtures("restored")
def test_a_precision_that_pytorch_will_not_name_does_no_harm() -> None:
    matmul = getattr(torch.backends.mkldnn, "matmul", None)
    if matmul is None:
        pytest.skip("this PyTorch has one way to set it")
    matmul.fp32_precision = "bf16"
    with fresh_settings():
        assert torch.get_float32_matmul_precision() == "highest"
