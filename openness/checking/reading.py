"""The references and the ignoring comments of many files, read by as many processes as there are cores where that pays."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from openness.checking.ignores import WORD, Ignore, ignores_in
from openness.policy.document import FILE_NAME
from openness.policy.stated import Stated
from openness.printable import printable
from openness.refs import MAX_FILE, files_under, read_file
from openness.refs.files import form_of
from openness.refs.records import Reference, Skipped

#: With fewer files a second process costs more than it saves.
PARALLEL_FROM = 600
CHUNK = 100
MAX_SHOWN_LINE = 400
#: The form of files that hold weights or stand for them (rules/refs/forms.yaml).
WEIGHTS = "weight-file"
MARKDOWN = "markdown"


class ReadFile(msgspec.Struct, frozen=True):
    """What one file names. ``lines`` are the lines that references stand on, safe to print."""

    file: str
    references: tuple[Reference, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    lines: Mapping[int, str] = msgspec.field(default_factory=dict)

    @property
    def was_read(self) -> bool:
        """Whether there was anything to look at: not in a binary file, nor in weights that are neither known nor a pointer."""
        return bool(self.references) or not (self.skipped or form_of(self.file) == WEIGHTS)


def read_all(paths: Sequence[Path], root: Path) -> Iterator[ReadFile]:
    """Every file below ``paths`` that is of a kind that is read, in order. Names are relative to ``root``.

    The policy names models as well, and is none of the files that use them.
    """
    every = dict.fromkeys(file for path in paths for file in files_under(path))
    files = [file for file in every if file.name != FILE_NAME and form_of(file.name) is not None]
    if len(files) < PARALLEL_FROM or (os.cpu_count() or 1) < 2:
        yield from (read_one(file, root) for file in files)
        return
    from concurrent.futures import ProcessPoolExecutor

    chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
        for found in pool.map(_read, chunks, [root] * len(chunks)):
            yield from found


def _read(files: Sequence[Path], root: Path) -> list[ReadFile]:
    return [read_one(file, root) for file in files]


def read_one(path: Path, root: Path) -> ReadFile:
    """One file: its references with the lines they stand on, and its ignoring comments."""
    found = read_file(path, root)
    references = tuple(each for each in found if isinstance(each, Reference))
    skipped = tuple(each for each in found if isinstance(each, Skipped))
    name = references[0].file if references else skipped[0].file if skipped else _name(path, root)
    data = _data(path, bool(references), bool(skipped))
    if not references and WORD not in data:
        return ReadFile(name, references, skipped)
    from openness.refs.source_text import decode

    text = decode(data) or ""
    lines = {each.line for each in references}
    shown = form_of(name) == MARKDOWN  # there a comment of another language is an example, unless a reference stands beside it
    ignores = tuple(
        each for each in (ignores_in(text) if WORD in data else ()) if not shown or each.mark == "<!--" or each.about in lines
    )
    return ReadFile(name, references, skipped, ignores, _lines(text, references))


def read_for(stated: Stated, paths: Sequence[Path], prefix: str) -> list[ReadFile]:
    """What a policy wants to be looked at. ``prefix`` leads from its folder to the current one, which names are relative to."""
    excluded = [word.text for word in stated.exclude]
    return [
        _without_policy(found, stated)
        for found in read_all(paths, Path())
        if not any(fnmatchcase(prefix + found.file, pattern) for pattern in excluded)
    ]


def prefix_of(root: Path) -> str:
    """From ``root`` to the current folder, with a slash behind it; empty where they are the same, or apart."""
    try:
        inner = Path.cwd().relative_to(root).as_posix()
    except ValueError:
        return ""
    return "" if inner == "." else f"{inner}/"


def _without_policy(found: ReadFile, stated: Stated) -> ReadFile:
    """The file without what the policy itself names, where that is a table of ``pyproject.toml``."""
    document = stated.document
    if document is None or not document.prefix or Path(found.file).absolute() != document.path.absolute():
        return found
    own = document.own_lines()
    return msgspec.structs.replace(found, references=tuple(each for each in found.references if each.line not in own))


def _data(path: Path, named: bool, skipped: bool) -> bytes:
    """The bytes of a file that was read for references; none of one that was not."""
    try:
        if (skipped and not named) or path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_FILE:
            return b""
        return path.read_bytes()
    except OSError:
        return b""


def _lines(text: str, references: Sequence[Reference]) -> dict[int, str]:
    from openness.refs.source_text import SourceText

    source = SourceText(text)
    wanted = {reference.line for reference in references if reference.line <= len(source.starts)}
    return {line: printable(source.line(line)[:MAX_SHOWN_LINE].replace("\t", " "), None) for line in sorted(wanted)}


def _name(path: Path, root: Path) -> str:
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()
