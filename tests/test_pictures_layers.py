"""Chapter 2's pictures: an image keeps its brightness, a spectrum its sizes, a kernel's reach is torch's."""

from __future__ import annotations

import io
import math
import runpy
from itertools import product

import pytest
import torch
from PIL import Image
from torch.nn import functional as F
from torchvision.transforms.functional import to_tensor

from autograder.catalogue import course_folder
from autograder.pictures import show_images, show_reach, show_spectrum
from autograder.pictures.canvas import Picture
from autograder.pictures.layers import images_picture, reach_picture, spectrum_picture, windows

FILES = course_folder() / "chapters" / "files"
LIGHTHOUSE = FILES / "custom_layers" / "lighthouse.png"


def drawn(picture: Picture) -> torch.Tensor:
    """The pixels of a picture, (H, W), 0 to 1."""
    return to_tensor(Image.open(io.BytesIO(picture.png)).convert("L"))[0]


SETTINGS = [
    (cells, kernel, stride, padding, dilation)
    for cells, kernel, stride, padding, dilation in product(
        (1, 5, 8, 9), (1, 2, 3), (1, 2, 3), (0, 1), (1, 2)
    )
    if 2 * padding <= kernel and dilation * (kernel - 1) + 1 <= cells + 2 * padding
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_windows_that_fit_read_what_a_convolution_reads(setting: tuple[int, ...]) -> None:
    cells, kernel, stride, padding, dilation = setting
    fitting = [window for window in windows(cells, kernel, stride, padding, dilation) if window.fits]
    row = torch.rand(cells, dtype=torch.float64)
    ones = torch.ones(1, 1, kernel, dtype=torch.float64)
    required = F.conv1d(row.reshape(1, 1, -1), ones, None, stride, padding, dilation).flatten()
    read = [sum(float(row[cell]) for cell in window.cells if 0 <= cell < cells) for window in fitting]
    assert torch.allclose(torch.tensor(read, dtype=torch.float64), required)


def test_a_window_that_does_not_fit_is_shown_where_cells_are_left_over() -> None:
    assert reach_picture(8, 3, stride=2).text.splitlines() == [
        "kernel 3, stride 2, padding 0, dilation 1: 3 outputs",
        "output 0 reads 0, 1, 2",
        "output 1 reads 2, 3, 4",
        "output 2 reads 4, 5, 6",
        "does not fit: 6, 7",
    ]
    assert "does not fit" not in reach_picture(7, 3, stride=2).text
    assert reach_picture(2, 3).text.splitlines()[-1] == "does not fit: 0, 1"
    assert "output 0 reads padding, 1, 3" in reach_picture(6, 3, padding=1, dilation=2).text


def test_the_spectrum_names_the_sizes_and_the_half_that_is_kept() -> None:
    wave = torch.cos(2 * math.pi * 2 * torch.arange(9) / 9)
    assert spectrum_picture(0.4 + wave).text.splitlines() == [
        "0: 3.60, first half",
        "1: 0.00, first half",
        "2: 4.50, first half",
        "3: 0.00, first half",
        "4: 0.00, first half",
        "5: 0.00",
        "6: 0.00",
        "7: 4.50",
        "8: 0.00",
    ]
    assert spectrum_picture(torch.ones(8)).text.count("first half") == 4
    assert spectrum_picture(torch.zeros(1)).text == "0: 0.00, first half"


@pytest.mark.parametrize("signal", [torch.ones(2, 3), torch.ones(3, dtype=torch.cfloat), torch.ones(0)])
def test_a_spectrum_of_something_else_is_refused(signal: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="a real signal"):
        spectrum_picture(signal)


def test_images_are_drawn_on_one_scale_of_brightness() -> None:
    grey = torch.full((4, 6), 0.4)
    picture = images_picture({"grey": grey, "dark": grey[None] / 4})
    assert picture.text.splitlines() == ["grey: 4 x 6 pixels, mean 0.40", "dark: 4 x 6 pixels, mean 0.10"]
    pixels = drawn(picture)
    height, width = pixels.shape
    assert float(pixels[height // 2, width // 4]) == pytest.approx(0.4, abs=0.01)
    assert float(pixels[height // 2, 3 * width // 4]) == pytest.approx(0.1, abs=0.01)


def test_numbers_outside_of_the_scale_are_drawn_black_and_white() -> None:
    pixels = drawn(images_picture({"overshoot": torch.tensor([[-3.0, 7.0]]).repeat(2, 1)}))
    height, width = pixels.shape
    assert float(pixels[height // 2, width // 3]) == 0
    assert float(pixels[height // 2, 2 * width // 3]) == 1


@pytest.mark.parametrize("shape", [(3,), (3, 4, 5), (0, 4)])
def test_what_is_no_grey_image_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a grey image is"):
        images_picture({"image": torch.zeros(shape)})


def test_a_tensor_with_history_can_be_shown_and_stays_as_it_was() -> None:
    image = torch.full((4, 4), 0.5, requires_grad=True)
    images_picture({"doubled": 2 * image})
    spectrum_picture(image[0])
    assert torch.equal(image, torch.full((4, 4), 0.5))


def test_pictures_are_png_with_an_alternative_in_words_and_stay_the_same() -> None:
    for draw in (
        lambda: images_picture({'"><b>': torch.rand(3, 4, generator=torch.Generator().manual_seed(0))}),
        lambda: spectrum_picture(torch.arange(40.0)),
        lambda: reach_picture(10, 3, 3, 1, 2),
    ):
        picture = draw()
        assert picture.png.startswith(b"\x89PNG")
        assert picture.png == draw().png
        assert "<b>" not in picture._repr_html_()


def test_outside_of_a_notebook_the_text_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    show_images({"flat": torch.ones(2, 3)})
    show_spectrum(torch.ones(3))
    show_reach(4, kernel=2)
    printed = capsys.readouterr().out
    assert "flat: 2 x 3 pixels, mean 1.00" in printed
    assert "0: 3.00, first half" in printed
    assert "output 2 reads 2, 3" in printed


def test_the_lighthouse_is_what_its_script_draws() -> None:
    drawing = runpy.run_path(str(FILES / "draw_lighthouse.py"))["draw"]()
    shipped = Image.open(LIGHTHOUSE)
    assert (shipped.mode, shipped.size) == ("L", (160, 120))
    # Versions of Pillow differ in a grey level or two.
    assert float((to_tensor(shipped) - to_tensor(drawing)).abs().max()) < 0.05


def test_the_lighthouse_leaves_room_for_sharpening() -> None:
    photo = to_tensor(Image.open(LIGHTHOUSE))
    assert 0.1 < float(photo.min()) < float(photo.max()) < 0.95
