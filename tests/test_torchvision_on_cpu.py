"""torchvision works beside any PyTorch, and its real ops are left alone where they load."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from autograder.limits import Limits
from tests.warm_sandboxes import WORKING, value_of, warm

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux wheels are built for CUDA")

USE = """
import torch, torchvision
image = torchvision.transforms.functional.to_pil_image(torch.ones(3, 4, 5))
print(torchvision.transforms.functional.to_tensor(image).shape, torchvision.models.resnet18 is not None)
"""
WORKS = "torch.Size([3, 4, 5]) True"
MAKE = "from autograder.torchvision_on_cpu import declared, make_torchvision_importable\n"


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_notebook_that_imports_check_can_use_torchvision() -> None:
    assert run(f"from autograder import check\n{USE}") == WORKS


def test_a_submission_in_the_sandbox_can_use_torchvision() -> None:
    source = "import torch, torchvision\nT = torchvision.transforms.functional\n"
    with warm(WORKING[0]).child(Limits()) as child:
        source += "answer = T.to_tensor(T.to_pil_image(torch.ones(3, 4, 5))).sum().item()"
        assert value_of(child, source) == 60


def test_torchvision_is_not_imported_before_somebody_asks() -> None:
    code = "make_torchvision_importable()\nimport sys\nprint('torchvision' in sys.modules)"
    assert run(MAKE + code) == "False"


def test_asking_twice_or_after_a_failed_import_works_as_well() -> None:
    failed = "try:\n    import torchvision\nexcept RuntimeError:\n    pass\n"
    assert run(failed + MAKE + 2 * "make_torchvision_importable()\n" + USE) == WORKS


def test_ops_that_are_there_already_stay() -> None:
    real = "import torch\nreal = torch.library.Library('torchvision', 'DEF')\nreal.define('nms(Tensor x) -> Tensor')\n"
    seen = "print(declared, torch.ops.torchvision.nms.default._schema)"
    assert (
        run(f"{real}{MAKE}make_torchvision_importable()\n{seen}") == "[] torchvision::nms(Tensor x) -> Tensor"
    )


def test_nothing_is_declared_where_torchvisions_own_library_loads(tmp_path: Path) -> None:
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copy(str(msgspec._core.__file__), package / "_C.so")
    code = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n{MAKE}make_torchvision_importable()\nprint(declared)"
    assert run(code) == "[]"
    (package / "_C.so").write_bytes(b"built for something else")
    assert run(code) != "[]"


def test_nothing_is_declared_without_torchvision() -> None:
    hidden = "import autograder.torchvision_on_cpu as module\nmodule.find_spec = lambda name: None\n"
    assert run(f"{hidden}module.make_torchvision_importable()\nprint(module.declared)") == "[]"
