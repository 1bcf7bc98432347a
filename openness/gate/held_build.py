"""A build of one or more files, each held open: what is hashed, read and run are the same inodes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from openness.gate.held_file import HeldFile
from openness.sources.build_head import BuildHead, Part, read_head
from openness.sources.build_layout import Layout, layout_of


class HeldBuild(msgspec.Struct, frozen=True):
    """``files`` in the order of ``layout.files``."""

    path: str
    layout: Layout
    files: tuple[HeldFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(Part(file.fileno(), file.path, file.size) for file in self.files)

    def head(self) -> BuildHead:
        """What the files say. Raises BuildError."""
        return read_head(self.parts, self.layout)

    def sha256(self, progress: Callable[[int], None] | None = None) -> str:
        """That of the file; of several files that of the lines ``<sha256>  <name>`` for each, as ``sha256sum`` prints them."""
        done = 0
        for file in self.files:
            file.sha256(_from(done, progress))
            done += file.size
        return self.known_sha256 or ""

    @property
    def known_sha256(self) -> str | None:
        """The same, if every file was hashed already."""
        digests = [file.known_sha256 for file in self.files]
        if len(digests) == 1 or None in digests:
            return digests[0] if len(digests) == 1 else None
        lines = "".join(f"{digest}  {Path(file.path).name}\n" for digest, file in zip(digests, self.files, strict=True))
        return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


@contextmanager
def held_build(path: str) -> Iterator[HeldBuild]:
    """Hold the build at ``path``, a file or a folder. Raises MissingInput, and BuildError where a part of it is missing."""
    first = Path(path)
    with ExitStack() as stack:
        if os.path.isdir(first) or first.name.endswith(".safetensors.index.json"):
            layout = layout_of(first)
            files = tuple(stack.enter_context(HeldFile(file)) for file in layout.files)
        else:
            # the named file is opened first: what is missing or no file is said of it, not of a sibling
            named = stack.enter_context(HeldFile(path))
            layout = layout_of(first)
            files = tuple(named if file == first else stack.enter_context(HeldFile(file)) for file in layout.files)
        yield HeldBuild(path, layout, files)


def _from(before: int, progress: Callable[[int], None] | None) -> Callable[[int], None] | None:
    return None if progress is None else lambda count: progress(before + count)
