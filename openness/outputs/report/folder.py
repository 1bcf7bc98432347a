"""Write a report into a folder: each file whole or not at all, the landing page last, and nothing that is not the report's own
is touched."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from openness.errors import UsageError

INDEX, DATA, PAGES = "index.html", "index.json", "models"
SCHEMA = "openness/report/1"


def former(folder: Path) -> frozenset[str]:
    """The files that a former report wrote here, relative to the folder. Raises UsageError for a folder with other things."""
    try:
        present = os.listdir(folder)
    except FileNotFoundError:
        return frozenset()
    except NotADirectoryError:
        raise UsageError(f"-o {folder} is a file; name a folder.") from None
    except OSError as error:
        raise UsageError(f"-o {folder} cannot be read ({error.strerror}); name another folder.") from None
    if not present:
        return frozenset()
    files = _listed(folder / DATA)
    if files is None:
        raise UsageError(f"-o {folder} holds files that are no report of ours; name an empty or a new folder.")
    return files


def _listed(path: Path) -> frozenset[str] | None:
    """What a former ``index.json`` says it wrote; None where there is none. Only plain names under ``models/`` count."""
    try:
        document = json.loads(path.read_text("utf-8"))
        if document["schema"] != SCHEMA:
            return None
        names = [str(name) for name in document["files"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return frozenset(name for name in names if name.startswith(f"{PAGES}/") and "/" not in name[len(PAGES) + 1 :])


def begin(folder: Path) -> None:
    """Make the folders. Raises UsageError where that is not possible."""
    try:
        (folder / PAGES).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"-o {folder} cannot be written ({error.strerror}); name another folder.") from None


def write(folder: Path, name: str, text: str) -> None:
    """One file, moved into place when it is whole. Raises UsageError when the disk or the rights do not allow it."""
    target = folder / name
    try:
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".openness-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise UsageError(f"{target} cannot be written ({error.strerror}).") from None


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def remove(folder: Path, names: Iterable[str]) -> None:
    """Pages of models that are no longer in the report."""
    for name in names:
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError:
            continue  # a page that stays is not linked from anywhere
