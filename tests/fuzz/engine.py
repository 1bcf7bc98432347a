"""The child process that fuzzes one target: ``python -m tests.fuzz.engine TARGET SLOWEST-FILE [libFuzzer options and folders]``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["openness"]):
    from tests.fuzz.targets import run

#: CPU seconds of one input beyond which the target hangs (issue 6). Wall time would blame a busy machine on the code.
HANG = 2.0


def main() -> None:
    target, slowest_file = sys.argv[1], Path(sys.argv[2])
    slowest = 0.0

    def one_input(data: bytes) -> None:
        nonlocal slowest
        start = time.process_time()
        run(target, data)
        spent = time.process_time() - start
        if spent > slowest:
            slowest = spent
            slowest_file.write_text(f"{spent:.4f}")
        assert spent < HANG, f"hang: {spent:.1f} CPU seconds for {len(data)} bytes"

    atheris.Setup([sys.argv[0], *sys.argv[3:]], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
