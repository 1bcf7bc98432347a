"""The files with fingerprints, line by line: that of the package, and the user's own. A line is looked at before it is parsed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from openness.errors import IntegrityError
from openness.packaged import packaged

FILE = "weight_fingerprints.jsonl"
#: The user's own, in the cache folder.
OWN_FILE = "fingerprints.jsonl"
MAX_FILE = 256 << 20


class Line(NamedTuple):
    """One line: its bytes, the file it stands in, whether that is the user's own."""

    data: bytes
    path: Path
    own: bool


def lines_with(layout: str, own: Path | None = None) -> Iterator[Line]:
    """The lines of checkpoints with this layout, the user's own first. ``own`` is the cache folder."""
    needle = f'"layout":"{layout}"'.encode()
    return (line for line in all_lines(own) if needle in line.data)


def all_lines(own: Path | None = None) -> Iterator[Line]:
    """Every line. Raises IntegrityError for a file that cannot be read."""
    for path, is_own in _files(own):
        yield from (Line(data, path, is_own) for data in lines_of(path))


def _files(own: Path | None) -> Sequence[tuple[Path, bool]]:
    shipped = (packaged("corpus") / FILE, False)
    return [(own / OWN_FILE, True), shipped] if own is not None else [shipped]


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of one file; none where there is none."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise IntegrityError(f"{path} is larger than {MAX_FILE} bytes; remove it, or lines from it")
        with path.open("rb") as file:
            yield from (line for line in file if line.strip())
    except FileNotFoundError:
        return
    except OSError as error:
        raise IntegrityError(f"{path} cannot be read ({error.strerror}); check its rights") from None
