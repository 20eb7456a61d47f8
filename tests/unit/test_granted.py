"""A granted GPU that cannot be computed on is told before training. The GPUs here are made up."""

from pathlib import Path

import pytest
import torch

from seqgraft.errors import SeqgraftError
from seqgraft.learn.granted import is_served, require_gpus

BUILD = ["sm_75", "sm_80", "sm_90a", "compute_90"]


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine with one A100 and a torch that was built for it."""
    monkeypatch.setattr("torch.version.cuda", "13.0")
    monkeypatch.setattr("torch.__version__", "9.9")
    for name, value in {
        "device_count": 1,
        "init": None,
        "get_arch_list": BUILD,
        "get_device_capability": (8, 0),
        "get_device_name": "A100",
    }.items():
        monkeypatch.setattr(torch.cuda, name, lambda *_, value=value: value)
    return monkeypatch


def refused(granted: int = 1, driver: Path = Path("/nowhere")) -> SeqgraftError:
    with pytest.raises(SeqgraftError) as error:
        require_gpus(granted, driver)
    assert "--resources gpu=0" in error.value.remedy
    return error.value


def test_a_gpu_that_can_be_used_is_used(gpu: pytest.MonkeyPatch) -> None:
    require_gpus(1)


def test_a_torch_for_the_cpu_only(gpu: pytest.MonkeyPatch) -> None:
    gpu.setattr("torch.version.cuda", None)
    assert refused().what == "1 GPU was granted to this job and torch 9.9 is a build for the CPU only"


def test_fewer_gpus_than_granted(gpu: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert refused(2, tmp_path).what.startswith(
        "2 GPUs were granted to this job and torch finds 1 only; the NVIDIA driver is loaded on "
    )
    gpu.setattr(torch.cuda, "device_count", lambda: 0)
    assert "torch finds none; the NVIDIA driver is not loaded on " in refused().what


def test_a_driver_that_is_too_old(gpu: pytest.MonkeyPatch) -> None:
    def old() -> None:
        raise RuntimeError(
            "The NVIDIA driver on your system is too old (found version 11040).\nPlease update."
        )

    gpu.setattr(torch.cuda, "init", old)
    assert refused().what == (
        "1 GPU was granted to this job and torch cannot start CUDA 13.0: The NVIDIA driver on your system is too old "
        "(found version 11040)."
    )


def test_a_gpu_that_torch_was_not_built_for(gpu: pytest.MonkeyPatch) -> None:
    gpu.setattr(torch.cuda, "get_device_capability", lambda _: (3, 7))
    assert refused().what == (
        "1 GPU was granted to this job and torch 9.9 was not built for it: A100 has compute capability 3.7, the build "
        "serves sm_75, sm_80, sm_90a, compute_90"
    )


@pytest.mark.parametrize(
    ("capability", "architectures", "served"),
    [
        ((8, 6), ["sm_80"], True),  # same major, higher minor
        ((8, 0), ["sm_86"], False),
        ((9, 0), ["sm_80"], False),
        ((9, 0), ["sm_90a"], True),
        ((10, 0), ["sm_90a"], False),
        ((12, 0), ["sm_90", "compute_90"], True),  # portable code is compiled by the driver
        ((7, 0), ["compute_90"], False),
        ((12, 0), ["sm_100", "sm_120"], True),
        ((8, 0), [], False),
    ],
)
def test_which_gpus_a_build_serves(
    capability: tuple[int, int], architectures: list[str], served: bool
) -> None:
    assert is_served(capability, architectures) is served
