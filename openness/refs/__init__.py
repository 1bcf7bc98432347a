"""Every model, data set and weight file that the files of a repository name, with place, form and confidence.

:func:`find_in` reads one file, :func:`find` many. Nothing is fetched, nothing is run, no file is read beyond a bound; what is
not read is said. The forms, and what each cannot see, are in docs/references.md.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from openness.refs.files import form_of, may_hold
from openness.refs.records import Reference, Skipped
from openness.refs.tables import table

if TYPE_CHECKING:
    from openness.refs.sink import Sink

__all__ = ["MAX_FILE", "Reference", "Skipped", "files_under", "find", "find_in", "read_file"]
#: A larger file is not read (bytes): sources and settings are small, what is larger is data.
MAX_FILE = 5_000_000


def find(paths: Iterable[Path], root: Path) -> Iterator[Reference | Skipped]:
    """The references of files, in order; a folder stands for the files in it. Names are relative to ``root`` where they can be.

    To spread the work over processes, map :func:`read_file` over :func:`files_under`.
    """
    for path in paths:
        for file in files_under(path):
            yield from read_file(file, root)


def files_under(path: Path) -> Iterator[Path]:
    """The files that are read of a path, sorted; a file itself, whatever its name. Links are not followed."""
    if not path.is_dir():
        yield path
        return
    closed = frozenset(table("forms")["not_entered"])
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in closed)
        yield from (Path(folder, name) for name in sorted(names) if form_of(name) is not None)


def read_file(path: Path, root: Path) -> list[Reference | Skipped]:
    """The references of one file, or why it was not read."""
    name = _relative(path, root)
    form = form_of(name)
    if form is None:
        return []
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return [Skipped(name, "a link or a special file")]
        if form == "weight-file":
            with path.open("rb") as file:
                return [*find_in(name, file.read(1024))]
        if status.st_size > MAX_FILE:
            return [Skipped(name, f"larger than {MAX_FILE:,} bytes")]
        data = path.read_bytes()
    except OSError as error:
        return [Skipped(name, f"cannot be read ({error.strerror})")]
    found, skipped = _read(name, form, data)
    return [*found, *(Skipped(name, reason) for reason in skipped)]


def find_in(name: str, data: bytes) -> list[Reference]:
    """The references of one file, given its name (which tells the form) and its bytes, of which MAX_FILE are read."""
    form = form_of(name)
    return [] if form is None or len(data) > MAX_FILE else _read(name, form, data)[0]


def _relative(path: Path, root: Path) -> str:
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()


def _read(name: str, form: str, data: bytes) -> tuple[list[Reference], list[str]]:
    """References, and reasons why parts were not read."""
    if form == "weight-file":
        from openness.refs.forms.weight_file import read_weights

        return read_weights(name, data), []
    if not may_hold(form, data):
        return [], []
    from openness.refs.source_text import SourceText, decode

    text = decode(data)
    if text is None:
        return [], ["a binary file"]
    if form == "dvc":
        from openness.refs.forms.weight_file import read_dvc

        return read_dvc(name, text), []
    from openness.refs.forms import read_language
    from openness.refs.sink import Sink

    sink: Sink = Sink(name, form, SourceText(text))
    read_language(form, text, sink)
    return sink.references(), sink.skipped
