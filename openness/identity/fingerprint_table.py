"""Fingerprints of known checkpoints: those that travel with the package, and those that a user added. One JSON line each.

The values of samples are packed: two bytes each where bfloat16 holds all of them, else four.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from openness.errors import BuildError, IntegrityError
from openness.identity.fingerprint import SAMPLES, RowPrint, VectorPrint, WeightPrint, digest_of
from openness.identity.fingerprint_files import FILE, OWN_FILE, Line, all_lines, lines_of, lines_with

__all__ = ["FILE", "OWN_FILE", "Known", "add", "build_error", "candidates", "every", "lines_with", "packed", "write"]


class Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """A checkpoint and its fingerprint. ``source`` says from which file it was taken and who says that this is the model;
    ``licenses`` are ids for the model's own terms, where the table states them, which can only lower a verdict."""

    model: str
    layout: str
    digest: str
    source: str
    date: str
    vectors: tuple[tuple[str, int, str], ...]
    samples: str
    rows: tuple[tuple[str, int, str, str], ...] = ()
    exact: float = 1.0
    shifted: bool = False
    licenses: tuple[str, ...] = ()
    license_source: str = ""
    sha256: str | None = None
    revision: str | None = None
    own: bool = False

    def print(self) -> WeightPrint:
        """The fingerprint, unpacked. Raises IntegrityError for a line that does not fit together."""
        try:
            return _unpacked(self)
        except (ValueError, struct.error):
            raise IntegrityError(f"the fingerprint of {self.model} is damaged; remove its line from the table") from None


def packed(print_: WeightPrint, model: str, source: str, date: str, **details: object) -> Known:
    """The line for a fingerprint; ``details`` are further fields of :class:`Known`."""
    values = [value for vector in print_.vectors for value in vector.samples]
    return msgspec.convert(
        {
            "model": model, "layout": print_.layout, "digest": print_.digest, "source": source, "date": date,
            "vectors": [(v.name, v.count, v.digest) for v in print_.vectors],
            "samples": _encoded(values, short=print_.exact == 1.0),
            "rows": [(r.name, r.row, r.kind, _base64(struct.pack(f"<{len(r.values)}e", *r.values))) for r in print_.rows],
            "exact": print_.exact, "shifted": print_.shifted, **details,
        },
        Known,
    )  # fmt: skip


def candidates(lines: Iterable[Line]) -> Iterator[Known]:
    """The checkpoints that the lines of :func:`openness.identity.fingerprint_files.lines_with` hold."""
    return (_decoded(line.data, line.path, line.own) for line in lines)


def every(own: Path | None = None) -> Iterator[Known]:
    """All known checkpoints."""
    return candidates(all_lines(own))


def add(known: Known, path: Path) -> None:
    """Keep a fingerprint in the table at ``path``, in place of an earlier one of the same model and revision."""
    own = [_decoded(line, path, True) for line in lines_of(path)]
    kept = [other for other in own if (other.model, other.revision) != (known.model, known.revision)]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write([*kept, known], path)


def write(table: Iterable[Known], path: Path) -> None:
    """The table as a file, replaced as a whole."""
    import os
    import tempfile

    encoder = msgspec.json.Encoder()
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, delete=False) as file:
        for known in table:
            file.write(encoder.encode(msgspec.structs.replace(known, own=False)) + b"\n")
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def _decoded(line: bytes, path: Path, own: bool) -> Known:
    try:
        return msgspec.structs.replace(msgspec.json.decode(line, type=Known), own=own)
    except (msgspec.DecodeError, RecursionError):
        raise IntegrityError(f"{path} has a line that is no fingerprint; remove that line, or the file") from None


def _encoded(values: Sequence[float], *, short: bool) -> str:
    data = struct.pack(f"<{len(values)}f", *values)
    if short:
        narrow = bytearray(len(data) // 2)
        narrow[0::2], narrow[1::2] = data[2::4], data[3::4]
        data = bytes(narrow)
    return _base64(data)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unpacked(known: Known) -> WeightPrint:
    data = base64.b64decode(known.samples, validate=True)
    if known.exact == 1.0:
        wide = bytearray(2 * len(data))
        wide[2::4], wide[3::4] = data[0::2], data[1::2]
        data = bytes(wide)
    values = struct.unpack(f"<{len(data) // 4}f", data)
    vectors, at = [], 0
    for name, count, digest in known.vectors:
        taken = min(count, SAMPLES)
        vectors.append(VectorPrint(name, count, digest, values[at : at + taken]))
        at += taken
    rows = []
    for name, row, kind, text in known.rows:
        raw = base64.b64decode(text, validate=True)
        rows.append(RowPrint(name, row, kind, struct.unpack(f"<{len(raw) // 2}e", raw)))
    if at != len(values) or digest_of(vectors) != known.digest:
        raise ValueError("samples and vectors do not fit")
    return WeightPrint(known.digest, known.layout, tuple(vectors), tuple(rows), known.exact, known.shifted)


def build_error(what: str) -> BuildError:
    """The error for a build of which no fingerprint can be made."""
    return BuildError(f"{what} has no one-dimensional weights, so there is no fingerprint of it; give a whole model")
