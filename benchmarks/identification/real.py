"""License files found on this machine: installed packages, the system's common licenses, Debian's copyright files.

Nobody labeled them, so only the verdicts are counted, and those that are not ``exact`` or ``same`` are listed for a person.
"""

from __future__ import annotations

import hashlib
import re
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from openness.evidence.license_text import decode

from .items import Item

NAME = re.compile(
    r"^(?:un)?(?:licen[cs]e|copying|mit-license|apache-license)s?(?:[._-].*)?$|\.licen[cs]e$|^notice(?:\.txt|\.md)?$",
    re.IGNORECASE,
)
CODE = {".py", ".pyc", ".pyi", ".js", ".json", ".yml", ".yaml", ".rb", ".c", ".h", ".so", ".html", ".spdx"}


def default_folders() -> list[Path]:
    found = [
        sysconfig.get_paths()["purelib"],
        "/usr/share/common-licenses",
        "/usr/share/licenses",
        "/usr/lib/python3",
        "/usr/lib/ruby",
        "/usr/share/doc",
    ]
    found += ["/usr/share/rubygems-integration", "/usr/lib/node_modules", "/usr/share/perl5"]
    return [Path(name) for name in found if Path(name).is_dir()]


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*")):
        if (
            path.suffix.lower() in CODE
            or not path.is_file()
            or "licensedcode" in path.parts
            or "vendor/choosealicense" in str(path)
        ):
            continue
        if "common-licenses" in path.parts:
            yield path, "system"
        elif path.name == "copyright" and "doc" in path.parts:
            yield path, "debian-copyright"
        elif NAME.match(path.name) or (path.parent.name == "licenses" and path.parent.parent.name.endswith(".dist-info")):
            yield path, "notice" if path.name.lower().startswith("notice") else "package"


def real(folders: Iterable[Path], debian_limit: int = 150) -> Iterator[Item]:
    seen: set[bytes] = set()
    debian = 0
    for folder in folders:
        for path, kind in _files(folder):
            try:
                data = path.read_bytes()
            except OSError:
                continue
            digest = hashlib.sha1(data).digest()
            debian += kind == "debian-copyright"
            if (
                digest in seen
                or len(data) > 2_000_000
                or not data.strip()
                or (kind == "debian-copyright" and debian > debian_limit)
            ):
                continue
            seen.add(digest)
            yield Item(f"real/{path}", "real", kind, decode(data))
