"""The pictures of chapter 3 say what activations, dropout and in-place writes really did."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.pictures import show_activations, show_depth, show_dropout, show_memory
from autograder.pictures.activations import (
    CALLS,
    activations_picture,
    depth_picture,
    dropout_picture,
    flat_stretches,
    gradients_left,
    memory_picture,
    slopes,
)
from autograder.pictures.canvas import Picture

GRID = torch.linspace(-5, 5, 500, dtype=torch.float64)


def rows_of(picture: Picture) -> dict[str, list[float]]:
    """The rows of a text such as 'input: 1, 2', by their names."""
    rows = (line.split(": ") for line in picture.text.splitlines())
    return {name: [float(number) for number in numbers.split(", ")] for name, numbers in rows}


def test_activations_are_told_by_their_values() -> None:
    picture = activations_picture(torch.sigmoid, nn.LeakyReLU(0.1))
    assert picture.text.splitlines() == [
        "sigmoid: 0.018 at -4, 0.27 at -1, 0.73 at 1, 0.98 at 4",
        "LeakyReLU(negative_slope=0.1): -0.4 at -4, -0.1 at -1, 1 at 1, 4 at 4",
    ]


def test_slopes_are_told_when_they_are_drawn() -> None:
    (line,) = activations_picture(torch.relu, slope=True).text.splitlines()
    assert line.endswith("; slope 0 at -4, 0 at -1, 1 at 1, 1 at 4")


@pytest.mark.parametrize("function", [torch.sigmoid, torch.tanh, torch.relu, nn.LeakyReLU(0.3), nn.GELU()])
def test_slopes_agree_with_autograd(function: nn.Module) -> None:
    x = GRID.clone().requires_grad_()
    (exact,) = torch.autograd.grad(function(x).sum(), x)
    torch.testing.assert_close(slopes(function, GRID), exact, rtol=0, atol=1e-8)


def test_what_saturates_is_shaded_where_it_does() -> None:
    (left, right) = flat_stretches(GRID, slopes(torch.tanh, GRID))
    assert left == pytest.approx((-5, -2.19), abs=0.02)
    assert right == pytest.approx((2.19, 5), abs=0.02)
    assert flat_stretches(GRID, slopes(torch.relu, GRID)) == [pytest.approx((-5, 0), abs=0.02)]
    assert flat_stretches(GRID, slopes(nn.LeakyReLU(0.1), GRID)) == []


def test_an_activation_that_mixes_numbers_is_refused() -> None:
    def total(x: Tensor) -> Tensor:
        return x.sum()

    with pytest.raises(ValueError, match=r"total gave \(\) for \(500,\)"):
        activations_picture(total)


def test_what_is_not_finite_leaves_a_gap() -> None:
    assert activations_picture(torch.log).png.startswith(b"\x89PNG")


def test_drawing_leaves_no_trace_on_an_activation_that_writes_in_place() -> None:
    (line,) = activations_picture(nn.ReLU(inplace=True), slope=True).text.splitlines()
    assert line.endswith("0 at -4, 0 at -1, 1 at 1, 4 at 4; slope 0 at -4, 0 at -1, 1 at 1, 1 at 4")


def test_gradients_shrink_by_the_slopes_that_they_pass() -> None:
    x = torch.linspace(-2, 2, 200, dtype=torch.float64, requires_grad=True)
    y = x
    for _ in range(3):
        y = torch.sigmoid(y)
    (exact,) = torch.autograd.grad(y.sum(), x)
    assert gradients_left(torch.sigmoid, 3)[-1] == pytest.approx(exact.abs().mean().item(), rel=1e-6)
    assert gradients_left(torch.relu, 10) == pytest.approx([1.0, *[0.5] * 10])


def test_depth_tells_one_line_a_function_even_where_nothing_is_left() -> None:
    picture = depth_picture(nn.Sigmoid(), torch.relu, torch.zeros_like, depth=4)
    assert picture.text.splitlines() == [
        "Sigmoid(): 1, 0.2, 0.04, 0.01, 0.002",
        "relu: 1, 0.5, 0.5, 0.5, 0.5",
        "zeros_like: 1, 0, 0, 0, 0",
    ]


def test_dropout_shows_what_is_dropped_what_is_scaled_and_that_the_mean_stays() -> None:
    torch.manual_seed(0)
    rows = rows_of(dropout_picture(nn.Dropout(0.5), torch.tensor([1.0, 2.0, 3.0, 4.0])))
    assert next(iter(rows)) == "input"
    assert rows["eval"] == rows["input"] == [1, 2, 3, 4]
    for name in ("train, one call", "train, next call"):
        assert all(out in (0, 2 * given) for out, given in zip(rows[name], rows["input"], strict=True))
    mean = next(numbers for name, numbers in rows.items() if name.startswith("mean of"))
    assert mean == pytest.approx(rows["input"], rel=0.15)


def test_dropout_is_watched_on_a_copy() -> None:
    calls: list[bool] = []

    class Watched(nn.Dropout):
        def forward(self, x: Tensor) -> Tensor:
            calls.append(self.training)
            return super().forward(x)

    layer, x = Watched(0.5).eval(), torch.ones(3, requires_grad=True)
    dropout_picture(layer, x)
    assert calls.count(True) == CALLS + 2
    assert not layer.training
    assert torch.equal(x, torch.ones(3))


def test_memory_tells_which_names_share_it() -> None:
    h = torch.tensor([-1.0, 2.0, -3.0])
    kept, copied = h, h.clone()
    F.relu(h, inplace=True)
    picture = memory_picture("after relu", h=h, kept=kept, copied=copied, tail=h[1:])
    assert picture.text.splitlines() == [
        "after relu",
        "h and kept and tail (2 of 3): 0, 2, 0",
        "copied: -1, 2, -3",
    ]


def test_memory_takes_tensors_with_a_history() -> None:
    w = torch.ones(2, requires_grad=True)
    assert memory_picture(w=w, doubled=w * 2).text.splitlines() == ["w: 1, 1", "doubled: 2, 2"]


@pytest.mark.parametrize(
    "picture",
    [
        activations_picture(*[nn.Tanh()] * 5, slope=True),
        depth_picture(nn.Tanh()),
        dropout_picture(nn.Dropout(1.0), torch.ones(30)),
        memory_picture(many=torch.zeros(30)),
    ],
    ids=["activations", "depth", "dropout", "memory"],
)
def test_pictures_are_png_with_an_alternative_in_words(picture: Picture) -> None:
    assert picture.png.startswith(b"\x89PNG")
    assert repr(picture) == picture.text
    assert re.search(r'alt="[^"]+"', picture._repr_html_())
    assert picture.width < 1000


def test_outside_of_a_notebook_the_text_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    show_activations(torch.tanh, slope=True)
    show_depth(torch.tanh, depth=2)
    show_dropout(nn.Dropout(0.0), torch.ones(2))
    show_memory(a=torch.ones(1))
    printed = capsys.readouterr().out
    assert "tanh: -1 at -4" in printed
    assert "tanh: 1, 0.5" in printed
    assert "train, one call: 1, 1" in printed
    assert "a: 1" in printed
