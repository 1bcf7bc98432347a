"""Texts without a license and texts that only mention one: documents of installed packages, man pages, code, prose of our own."""

from __future__ import annotations

import gzip
import hashlib
import re
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from openness.evidence.license_text import decode

from .items import Item
from .prose import MENTIONS, NAMES, PROSE, UNKNOWN
from .texts import Known

# Words that a license text has; a found document with any of them is not used, so that no label is wrong.
LEGAL = re.compile(
    r"permission\s+(?:is|to)\b|permitted|royalt|redistribut|warrant|\bas[\s-]is\b|free\s+software|terms\s+and\s+conditions|hereby|\bany\s+person\b|merchantab|public\s+domain"
    r"|sublicen|liab(?:le|ility)|granted|without\s+restriction|the\s+software\s+is|this\s+licen[cs]e|rights\s+reserved",
    re.IGNORECASE,
)
MENTION = re.compile(r"licen[cs]e|copyright|\bgpl|\bmit\b|\bbsd\b|apache", re.IGNORECASE)
LICENSE_NAME = re.compile(r"licen[cs]e|copying|copyright|notice|authors|patents|legal|eula|terms", re.IGNORECASE)
ROFF = re.compile(r"^[.'].*$|\\f[A-Z]|\\-", re.MULTILINE)
FOUND_SUFFIXES = {
    ".md",
    ".rst",
    ".txt",
    ".py",
    ".gz",
    ".html",
    ".json",
    ".yaml",
    ".1",
    ".3",
    ".5",
    ".7",
    ".8",
    "",
    ".pyi",
    ".toml",
    ".js",
}
NOTICES = {
    "apache-2.0": r"Licensed under the Apache License, Version 2\.0 \(.*?limitations under the License\.",
    "mpl-2.0": r"This Source Code Form is subject to the terms of the Mozilla.*?mozilla\.org/MPL/2\.0/\.",
}


def _read(path: Path) -> str | None:
    try:
        if path.stat().st_size > 400_000:
            return None
        data = path.read_bytes()
        text = decode(gzip.decompress(data) if path.suffix == ".gz" else data)
    except (OSError, EOFError, gzip.BadGzipFile):
        return None
    if "/man/" in str(path):
        text = ROFF.sub("", text)
    return None if "\0" in text else text[:60_000]


def default_folders() -> list[Path]:
    found = [
        sysconfig.get_paths()["purelib"],
        sysconfig.get_paths()["stdlib"],
        "/usr/share/doc",
        "/usr/share/man/man1",
        "/usr/share/man/man3",
    ]
    return [Path(name) for name in found if Path(name).is_dir()]


def _documents(folder: Path, limit: int) -> Iterator[Path]:
    """A fixed choice of files of a folder."""
    paths = [
        path
        for path in folder.rglob("*")
        if path.suffix in FOUND_SUFFIXES and not LICENSE_NAME.search(path.name) and path.is_file()
    ]
    ranked = sorted(paths, key=lambda path: hashlib.sha1(str(path.relative_to(folder)).encode()).digest())
    yield from ranked[:limit]


def found(folders: Iterable[Path], each: int) -> Iterator[Item]:
    for folder in folders:
        count = {"negative": 0, "mention": 0}
        for path in _documents(folder, each * 12):
            text = _read(path)
            if text is None or len(text.split()) < 30 or LEGAL.search(text) or "/licenses/" in str(path):
                continue
            group = "mention" if MENTION.search(text) else "negative"
            if count[group] < each:
                count[group] += 1
                yield Item(f"{group}/{path}", group, f"found{path.suffix if len(path.suffix) < 6 else ''}", text)


def written() -> Iterator[Item]:
    for at, text in enumerate(PROSE):
        yield Item(f"mention/prose-{at}", "mention", "prose", text)
    for at in range(0, len(PROSE), 3):
        yield Item(f"mention/prose-from-{at}", "mention", "prose", "\n\n".join(PROSE[at:]))
    for at, text in enumerate(UNKNOWN):
        yield Item(f"negative/unknown-{at}", "negative", "unknown-terms", text)
    for name in NAMES:
        for at, shape in enumerate(MENTIONS):
            yield Item(f"mention/{name}/{at}", "mention", "written", shape.format(name))
    yield Item("mention/all", "mention", "written", "\n\n".join(MENTIONS[0].format(name) for name in NAMES))
    for name, text in {
        "empty": "",
        "blank": " \n\n",
        "one-word": "MIT",
        "title": "Apache License\nVersion 2.0",
        "url": "https://opensource.org/license/mit",
    }.items():
        yield Item(f"mention/{name}", "mention", "written", text)


def notices(texts: Iterable[Known]) -> Iterator[Item]:
    """The notice that a license asks for in each file, cut from its own text."""
    for known in texts:
        match = re.search(NOTICES[known.id], known.text, re.DOTALL) if known.id in NOTICES else None
        if match:
            notice = "\n".join(line.strip() for line in match[0].split("\n"))
            yield Item(
                f"mention/notice/{known.id}@{known.source}", "mention", "notice", f"Copyright 2024 Jane Developer\n\n{notice}\n"
            )
            code = (
                "".join(f"# {line}\n" for line in notice.split("\n"))
                + "\nimport os\n\n\ndef quux() -> str:\n    return os.sep * 3\n"
            )
            yield Item(
                f"mention/notice-code/{known.id}@{known.source}",
                "mention",
                "notice",
                f"# Copyright 2024 Jane Developer\n#\n{code}",
            )


def negatives(texts: Iterable[Known], folders: Iterable[Path], each: int = 80) -> Iterator[Item]:
    yield from written()
    yield from notices(texts)
    yield from found(folders, each)
