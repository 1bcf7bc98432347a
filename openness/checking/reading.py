"""The references of many files, read by as many processes as there are cores where that pays."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from openness.refs import files_under, read_file
from openness.refs.files import form_of
from openness.refs.records import Reference, Skipped

#: With fewer files a second process costs more than it saves.
PARALLEL_FROM = 600
CHUNK = 100
Found = list[Reference | Skipped]


def read_all(paths: Sequence[Path], root: Path) -> Iterator[Found]:
    """What was found in each file that is read, in order. Names are relative to ``root``."""
    files = list(dict.fromkeys(file for path in paths for file in files_under(path)))
    if len(files) < PARALLEL_FROM or (os.cpu_count() or 1) < 2:
        yield from (read_file(file, root) for file in files)
        return
    from concurrent.futures import ProcessPoolExecutor

    chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
        for found in pool.map(_read, chunks, [root] * len(chunks)):
            yield from found


def _read(files: Sequence[Path], root: Path) -> list[Found]:
    return [read_file(file, root) for file in files]


def is_read(path: Path) -> bool:
    """Whether a file is of a kind that is read."""
    return form_of(path.name) is not None
