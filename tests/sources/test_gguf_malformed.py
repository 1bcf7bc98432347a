"""Malformed and hostile builds: every one is refused with one printable sentence, at once, in little memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from openness.errors import ExitCode, GGUFError
from openness.sources import gguf
from tests.sources.malformed import ONE, Case, all_cases

CASES = all_cases()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All malformed builds as files, named by their number in the table."""
    folder = tmp_path_factory.mktemp("malformed")
    for number, one in enumerate(CASES):
        write(one, folder / f"{number:04}.gguf")
    return folder


def write(one: Case, path: Path) -> None:
    with path.open("wb") as file:
        one.write(file)


@pytest.fixture
def malformed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    write(request.param, tmp_path / "build.gguf")
    fd = os.open(tmp_path / "build.gguf", os.O_RDONLY)
    yield fd
    os.close(fd)


@pytest.mark.parametrize(
    ("malformed", "words"), [(one, one.words) for one in CASES], indirect=["malformed"], ids=[one.id for one in CASES]
)
def test_is_refused_with_one_sentence_that_names_the_fault(malformed: int, words: str) -> None:
    start = time.perf_counter()
    with pytest.raises(GGUFError) as refusal:
        gguf.read_header(malformed, hash_arrays=("a", gguf.TOKENS))
    took = time.perf_counter() - start
    message = refusal.value.message
    assert re.search(words, message), message
    assert message.isprintable(), "control characters"
    assert re.search(r"\(at byte \d+\)", message), "where"
    assert not re.search(r"[.!?](\s|$)", message), "one sentence"
    assert len(message) < 400
    assert refusal.value.exit_code is ExitCode.CANNOT_SAY
    assert took <= 1, f"{took:.2f} s"


def test_the_table_has_more_than_200_distinct_builds(folder: Path) -> None:
    assert len({one.id for one in CASES}) == len(CASES)
    small = {path.read_bytes() for path in folder.iterdir() if path.stat().st_size < 1 << 20}
    assert len(small) > 200
    large = [path for path in folder.iterdir() if path.stat().st_size >= 1 << 20]
    assert len(small) + len(large) == len(CASES), "two cases are the same file"


def test_every_truncation_of_a_sound_file_is_refused(tmp_path: Path) -> None:
    whole = ONE.encode()
    for size in range(len(whole)):
        (tmp_path / "cut.gguf").write_bytes(whole[:size])
        fd = os.open(tmp_path / "cut.gguf", os.O_RDONLY)
        with pytest.raises(GGUFError):
            gguf.read_header(fd)
        os.close(fd)


_READ_ALL = """
import os, resource, sys
from openness.errors import GGUFError
from openness.sources import gguf

def status(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name + ":"))

limit = status("VmSize") * 1024 + 200 * 1024 * 1024
before = status("VmRSS")
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
refused = 0
for entry in os.scandir(sys.argv[1]):
    fd = os.open(entry.path, os.O_RDONLY)
    try:
        gguf.read_header(fd, hash_arrays=("a", gguf.TOKENS))
    except GGUFError:
        refused += 1
    os.close(fd)
print(refused, (status("VmHWM") - before) // 1024)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_AS and /proc are Linux's")
def test_all_of_them_together_stay_within_200_mb_of_memory(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _READ_ALL, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    refused, megabytes = map(int, done.stdout.split())
    assert refused == len(CASES)
    assert megabytes <= 200
