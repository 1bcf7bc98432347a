"""Every malformed input through the real command: one line each, exit code 3, no traceback, no control bytes."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

from tests.sources.malformed import all_cases

LIMIT = 1 << 30
LARGEST = 1 << 20


def test_malformed_builds_give_one_clean_line_each(tmp_path: Path) -> None:
    for number, case in enumerate(all_cases()):
        path = tmp_path / f"{number:03}.gguf"
        with open(path, "wb") as file:
            case.write(file)
        if path.stat().st_size > LARGEST:
            path.unlink()  # those that test a cap on sizes are read in tests/sources, where nothing is hashed
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) >= 200
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "openness", "audit", *names],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT)),
        env={"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"},
    )
    lines = done.stderr.decode("utf-8").splitlines()
    assert done.returncode == 3
    assert done.stdout == b""
    assert [line.split(": ")[1] for line in lines] == names
    assert not any(byte < 32 and byte != 10 for byte in done.stderr)
    assert time.monotonic() - started < len(names)
