"""Every variant ends on the simulated GPU where it ends on CUDA."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest
import torch

from autograder.simulated_gpu import parity
from autograder.simulated_gpu.phases import PHASES
from autograder.simulated_gpu.variants import VARIANTS

GOLDEN = Path(__file__).parent / "golden" / "cuda_verdicts.json"


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_ends_where_it_ends_on_cuda(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert parity.simulated(name).ended == VARIANTS[name].ends


def test_right_and_wrong_variants_keep_the_balance() -> None:
    ends = [variant.ends for variant in VARIANTS.values()]
    assert set(ends) <= {*PHASES, "ok", "not_checked"}
    right, unjudged = ends.count("ok"), ends.count("not_checked")
    assert 0.4 < right / (len(ends) - unjudged) < 0.6


def test_the_golden_file_and_the_variants_agree() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert set(golden["verdicts"]) == set(VARIANTS)
    assert golden["unverified"] is (golden["device"] is None)
    for name, variant in VARIANTS.items():
        if variant.ends != "not_checked":
            assert golden["verdicts"][name]["ended"] == variant.ends, name


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a real GPU")
def test_parity_refuses_in_one_sentence_where_there_is_no_gpu() -> None:
    with pytest.raises(parity.NoCudaError, match="No CUDA device was found"):
        parity.compare_with_cuda()


def test_a_disagreement_is_reported_and_what_is_not_judged_is_none() -> None:
    real = {
        "plain_mlp": parity.Verdict("ok", ""),
        "mask_on_the_cpu": parity.Verdict("ok", ""),
        "compiled": parity.Verdict("forward", ""),
    }
    (found,) = parity.differences(real)
    assert (found.name, found.simulated, found.real) == ("mask_on_the_cpu", "forward", "ok")


def test_a_golden_file_of_a_real_gpu_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: "A GPU")
    parity.write_golden(tmp_path / "golden.json", {"plain_mlp": parity.Verdict("ok", "")})
    content = json.loads((tmp_path / "golden.json").read_text())
    assert (content["unverified"], content["device"]) == (False, "A GPU")
    assert content["torch"] == torch.__version__
