"""The pictures say what is true of a model, in the drawing's text as in the drawing."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from autograder.pictures import show_move, show_tree
from autograder.pictures.canvas import Picture, Sheet, chip_width
from autograder.pictures.move import move_picture
from autograder.pictures.tree import tree_picture


class Mixed(nn.Module):
    """A tensor of every kind, one of them with a history."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(3))
        self.frozen = nn.Parameter(torch.ones(2), requires_grad=False)
        self.register_buffer("mean", torch.zeros(3))
        self.register_buffer("scratch", torch.zeros(1), persistent=False)
        self.spread = 2 * self.gain
        self.tables = {"a": torch.zeros(2), "b": "no tensor"}
        self.listed = [torch.zeros(4)]


def test_the_tree_names_modules_in_order_with_what_they_own() -> None:
    model = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2, bias=False))
    assert tree_picture(model).text.splitlines() == [
        "Sequential",
        "  0: Linear, weight (4, 8) parameter, bias (4) parameter",
        "  1: ReLU",
        "  2: Linear, weight (2, 4) parameter",
        "44 trainable numbers",
    ]


def test_a_module_that_is_met_again_is_named_and_not_unfolded() -> None:
    shared = nn.Sequential(nn.Linear(2, 2))
    text = tree_picture(nn.Sequential(shared, nn.Tanh(), nn.Sequential(shared))).text
    assert "    0: Sequential, the same object as 0" in text.splitlines()
    assert text.count("weight") == 1
    assert text.endswith("6 trainable numbers")


def test_a_model_that_contains_itself_is_drawn() -> None:
    model = nn.Sequential()
    model.add_module("loop", model)
    assert "loop: Sequential, the same object as Sequential" in tree_picture(model).text


def test_the_tree_shows_tensors_that_pytorch_overlooks() -> None:
    text = tree_picture(Mixed()).text
    assert "spread (3) plain attribute" in text
    assert "tables['a'] (2) plain attribute" in text
    assert "listed[0] (4) plain attribute" in text
    assert text.endswith("3 trainable numbers")


def test_moving_shows_what_is_trained_saved_and_left_behind() -> None:
    assert move_picture(Mixed()).text.splitlines() == [
        "gain: parameter, trained, saved, cpu -> meta",
        "frozen: parameter, not trained, saved, cpu -> meta",
        "mean: buffer, not trained, saved, cpu -> meta",
        "scratch: buffer, not trained, not saved, cpu -> meta",
        "spread: plain attribute, not trained, not saved, stays behind on cpu",
        "tables['a']: plain attribute, not trained, not saved, stays behind on cpu",
        "listed[0]: plain attribute, not trained, not saved, stays behind on cpu",
    ]


def test_moving_leaves_the_model_itself_where_it_is() -> None:
    model = Mixed()
    move_picture(model)
    assert {parameter.device.type for parameter in model.parameters()} == {"cpu"}


def test_a_module_that_moves_its_plain_tensor_itself_leaves_nothing_behind() -> None:
    class Careful(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = torch.zeros(2)

        def _apply(self, fn, recurse=True):  # type: ignore[no-untyped-def]
            self.table = fn(self.table)
            return super()._apply(fn, recurse)

    assert move_picture(Careful()).text == "table: plain attribute, not trained, not saved, cpu -> meta"


@pytest.mark.parametrize("model", [Mixed(), nn.ReLU(), nn.LSTM(4, 5, num_layers=2), nn.Sequential()])
def test_pictures_are_png_with_an_alternative_in_words(model: nn.Module) -> None:
    for picture in (tree_picture(model), move_picture(model)):
        assert picture.png.startswith(b"\x89PNG")
        assert repr(picture) == picture.text
        page = picture._repr_html_()
        assert page.startswith('<img src="data:image/png;base64,')
        assert f'alt="{picture.title}'.replace("'", "&#x27;") in page


def test_names_cannot_break_out_of_the_page() -> None:
    model = nn.Module()
    model.add_module('"><script>$x^2$', nn.Linear(2, 2))
    page = tree_picture(model)._repr_html_()
    assert "<script>" not in page
    assert page.count('"') == 6


def test_the_same_model_gives_the_same_picture() -> None:
    assert tree_picture(Mixed()).png == tree_picture(Mixed()).png


def test_no_two_chips_of_a_tree_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes: list[tuple[float, float, float]] = []
    sheets: list[Sheet] = []

    def remember(sheet: Sheet, x: float, y: float, text: str, color: str, **looks: bool) -> None:
        boxes.append((x, y, x + chip_width(text)))
        sheets.append(sheet)

    monkeypatch.setattr(Sheet, "chip", remember)
    tree_picture(nn.Sequential(nn.LSTM(4, 5, num_layers=3, bidirectional=True), nn.BatchNorm1d(5), Mixed()))
    assert len(boxes) > 30
    for i, (left, y, right) in enumerate(boxes):
        assert left >= 0
        assert right <= sheets[0].width
        assert all(
            y != other_y or right < other_left or other_right < left
            for j, (other_left, other_y, other_right) in enumerate(boxes)
            if i != j
        )


def test_outside_of_a_notebook_the_text_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    show_tree(nn.Linear(2, 3))
    show_move(nn.Linear(2, 3))
    printed = capsys.readouterr().out
    assert "Linear, weight (3, 2) parameter, bias (3) parameter" in printed
    assert "bias: parameter, trained, saved, cpu -> meta" in printed


def test_importing_the_pictures_does_not_import_matplotlib() -> None:
    code = "import sys, autograder.pictures; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_picture_is_no_wider_than_its_page() -> None:
    assert "max-width: 100%" in Picture(b"", 640, "title", "text")._repr_html_()
