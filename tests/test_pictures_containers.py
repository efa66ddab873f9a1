"""The pictures of chapter 4: lost things are named and not searched, names lead to memory, gradients to a scale."""

from __future__ import annotations

import copy
import math
from itertools import pairwise

import pytest
import torch
from torch import nn

import autograder.pictures
from autograder.pictures import show_gradients, show_lost, show_storage
from autograder.pictures.canvas import Picture, Sheet
from autograder.pictures.containers import (
    CHART_HEIGHT,
    CHART_TOP,
    STORAGE_ROW,
    down,
    gradients_picture,
    lost_picture,
    spread_out,
    storage_picture,
)
from autograder.pictures.tree import tree_picture


class Room(nn.Module):
    """A registered layer, and two modules in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Linear(3, 3)
        self.ladder = [nn.Linear(3, 3), nn.BatchNorm1d(3)]


class House(nn.Module):
    """Something lost on two levels, and things that look lost and are not."""

    def __init__(self) -> None:
        super().__init__()
        self.door = nn.Linear(5, 3)
        self.room = Room()
        self.cellar = ({7: torch.ones(2, 3)},)
        self.favourites = [self.door, self.door.weight]
        self.register_buffer("mean", torch.zeros(3))
        self.garden = None


def test_lost_things_hang_below_the_module_that_keeps_them() -> None:
    names = ["cellar.0.7", "room.ladder.0", "room.ladder.1"]
    assert lost_picture(House(), names).text.splitlines() == [
        "House, mean (3) buffer",
        "  door: Linear, weight (3, 5) parameter, bias (3) parameter",
        "  room: Room",
        "    gate: Linear, weight (3, 3) parameter, bias (3) parameter",
        "    ladder.0: Linear, lost, weight (3, 3) lost, bias (3) lost",
        "    ladder.1: BatchNorm1d, lost, weight (3) lost, bias (3) lost, running_mean (3) lost, "
        "running_var (3) lost, num_batches_tracked () lost",
        "  cellar.0.7: Tensor, lost, 7 (2, 3) lost",
        "30 trainable numbers, 31 lost",
    ]


def test_what_is_not_lost_gets_a_note_and_comes_before_what_is() -> None:
    names = ["cellar.0.7", "favourites.0", "favourites.1", "garden", "attic", "garden.shed", "door.weight"]
    text = lost_picture(House(), names).text.splitlines()
    assert text[2] == "    weight: Parameter, the same object as door.weight"
    assert text[5:] == [
        "  favourites.0: Linear, the same object as door",
        "  favourites.1: Parameter, the same object as door.weight",
        "  garden: NoneType (no tensor, no module)",
        "  attic: (nothing has this name)",
        "  garden.shed: (nothing has this name)",
        "  cellar.0.7: Tensor, lost, 7 (2, 3) lost",
        "30 trainable numbers, 6 lost",
    ]


def test_the_picture_does_not_look_for_what_is_lost() -> None:
    text = lost_picture(House(), []).text
    assert "lost" not in text.removesuffix("0 lost")
    assert not any(name in text for name in ("ladder", "cellar", "favourites"))


def test_a_name_that_is_given_twice_is_drawn_once() -> None:
    assert lost_picture(House(), ["room.ladder.0"] * 2).text.count("ladder.0") == 1


def test_a_tree_without_lost_things_is_drawn_as_before() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.ReLU(), nn.Linear(3, 1)))
    whole, given = tree_picture(model).text, lost_picture(model, ()).text
    assert given == f"{whole}, 0 lost"


def test_names_of_shared_numbers_lead_to_one_memory() -> None:
    layer = nn.Linear(5, 4)
    shelf = nn.ModuleDict({"a": layer, "b": copy.copy(layer), "c": copy.deepcopy(layer), "d": layer})
    assert storage_picture(shelf).text.splitlines() == [
        "a.weight and b.weight and d.weight: float32 (4, 5)",
        "a.bias and b.bias and d.bias: float32 (4)",
        "c.weight: float32 (4, 5)",
        "c.bias: float32 (4)",
        "8 names in state_dict(), 4 tensors in parameters()",
    ]


def test_tensors_without_numbers_share_nothing() -> None:
    text = storage_picture(nn.Linear(5, 4, device="meta")).text
    assert " and " not in text


def test_no_two_memories_overlap_and_their_order_is_kept() -> None:
    for heights in ([50.0, 50.0, 50.0], [0.0, 30.0, 31.0], [31.0, 0.0, 30.0], []):
        settled = spread_out(heights)
        in_order = sorted(settled)
        assert all(low + STORAGE_ROW <= high for low, high in pairwise(in_order))
        assert all(new >= old for new, old in zip(settled, heights, strict=True))
    assert spread_out([31.0, 0.0])[0] > spread_out([31.0, 0.0])[1]


def test_gradients_are_told_by_their_first_middle_and_last_size() -> None:
    picture = gradients_picture({"plain": [1e-9, 1e-6, 1e-3, 1e-1, 1.0], "one": [2.0], "none": []})
    assert picture.text.splitlines() == [
        "plain: 1.0e-09 in layer 0, 1.0e-03 in layer 2, 1.0e+00 in layer 4",
        "one: 2.0e+00 in layer 0",
        "none: ",
    ]


def test_a_larger_gradient_stands_higher_and_nothing_stands_at_the_bottom() -> None:
    assert down(1.0, -6, 0) == CHART_TOP
    assert down(1e-3, -6, 0) == pytest.approx(CHART_TOP + CHART_HEIGHT / 2)
    assert down(0.0, -6, 0) == down(1e-6, -6, 0) == CHART_TOP + CHART_HEIGHT
    assert math.isnan(down(math.inf, -6, 0))


@pytest.mark.parametrize("sizes", [{}, {"zeros": [0.0, 0.0]}, {"odd": [math.nan, math.inf, 1e-300, 3.0]}])
def test_odd_gradients_are_drawn_without_complaint(sizes: dict[str, list[float]]) -> None:
    assert gradients_picture(sizes).png.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "picture",
    [
        lost_picture(House(), ["room.ladder.0"]),
        storage_picture(House()),
        storage_picture(nn.ReLU()),
        gradients_picture({"<b>": [1.0, 2.0]}),
    ],
)
def test_pictures_are_png_with_an_alternative_in_words(picture: Picture) -> None:
    assert picture.png.startswith(b"\x89PNG")
    assert repr(picture) == picture.text
    assert "<b>" not in picture._repr_html_()


def test_nothing_is_written_beyond_the_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    beyond: list[str] = []

    def write(sheet: Sheet, x: float, y: float, text: str, size: float = 10, **looks: object) -> None:
        if not (0 <= x <= sheet.width and 0 <= y <= sheet.height):
            beyond.append(text)

    monkeypatch.setattr(Sheet, "write", write)
    lost_picture(House(), ["room.ladder.1", "attic"])
    storage_picture(nn.Sequential(*[nn.Linear(2, 2)] * 12))
    gradients_picture({"a rather long name of a chain of layers": [1e-20, 1.0], "another one of them": [1e5]})
    assert beyond == []


def test_outside_of_a_notebook_the_text_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    show_lost(House(), ["cellar.0.7"])
    show_storage(nn.Linear(2, 3))
    show_gradients({"chain": [0.5]})
    printed = capsys.readouterr().out
    assert "cellar.0.7: Tensor, lost" in printed
    assert "2 names in state_dict(), 2 tensors in parameters()" in printed
    assert "chain: 5.0e-01 in layer 0" in printed


def test_the_three_are_offered_to_notebooks() -> None:
    assert {"show_lost", "show_storage", "show_gradients"} <= set(autograder.pictures.__all__)
