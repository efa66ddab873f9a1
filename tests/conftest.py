"""What all tests pass through."""

from __future__ import annotations

from autograder.torchvision_on_cpu import make_torchvision_importable

make_torchvision_importable()
