"""The strongest hold: a copy in memory that the kernel lets no one change any more (Linux memfd with seals)."""

from __future__ import annotations

import os
import sys

from openness.errors import IntegrityError, OpennessError, UsageError
from openness.gate.held_file import HeldFile, Progress
from openness.printable import printable


def sealed_copy(held: HeldFile, progress: Progress | None = None) -> HeldFile:
    """Copies ``held`` into a sealed memfd and hashes *the copy*; raises unless it is the audited content.

    A held descriptor does not stop a write in place, which llama.cpp's memory map would follow; this does. The price
    is memory of the size of the build until the copy is closed.
    """
    if sys.platform != "linux":
        raise UsageError("--sealed needs Linux (memfd with seals): run without it, the file is checked before and after")
    expected = held.sha256()
    _require_memory(held)
    import fcntl

    descriptor = os.memfd_create("openness-sealed", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    copy = HeldFile.adopt(descriptor, held.path)
    try:
        _fill(held, descriptor)
        fcntl.fcntl(
            descriptor,
            fcntl.F_ADD_SEALS,
            fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL,
        )
        copy = HeldFile.adopt(descriptor, held.path)
        if copy.sha256(progress) != expected:
            raise IntegrityError(
                f"{printable(held.path)} changed while its sealed copy was made: audit it again when it is at rest"
            )
    except BaseException:
        copy.close()
        raise
    return copy


def _fill(held: HeldFile, target: int) -> None:
    done = 0
    while done < held.size:
        try:
            count = os.sendfile(target, held.fileno(), done, held.size - done)
        except OSError as error:
            raise OpennessError(
                f"no sealed copy of {printable(held.path)} can be made ({error.strerror}): run without --sealed",
                code="no-sealed-copy",
            ) from error
        if count == 0:  # shorter than when it was hashed; the hash of the copy says so
            return
        done += count


def _require_memory(held: HeldFile) -> None:
    """Better a sentence now than the out-of-memory killer in the middle of the copy."""
    available = _available_memory()
    if available is not None and held.size > available:
        raise OpennessError(
            f"a sealed copy of {printable(held.path)} needs {held.size >> 20} MiB of memory and "
            f"{available >> 20} MiB are available: run without --sealed",
            code="no-sealed-copy",
        )


def _available_memory() -> int | None:
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None
