"""Where programs that run models keep them on this machine (``rules/identity/runtimes.yaml``). Names folders, reads no build."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from openness.packaged import quick_data
from openness.sources.folder import NotRead, read_regular

MAX_SETTINGS = 1 << 20
_VARIABLE = re.compile(r"\$\{(\w+)\}")


class Settings(msgspec.Struct, frozen=True):
    files: list[str]
    field: str


class Runtime(msgspec.Struct, frozen=True):
    """A row of the file."""

    name: str
    source: str
    paths: dict[str, list[str]]
    settings: Settings | None = None


class Root(msgspec.Struct, frozen=True):
    """A folder to search, and the runtimes that keep models in it."""

    path: Path
    runtimes: tuple[str, ...]


def roots(environment: Mapping[str, str], home: Path, platform: str, extra: Sequence[Path] = ()) -> list[Root]:
    """The folders that exist, each once, those of ``extra`` first (their runtime is ``folder``)."""
    found: dict[Path, list[str]] = {}
    for path in extra:
        found.setdefault(_real(path), []).append("folder")
    for runtime in msgspec.convert(quick_data("rules/identity/runtimes.yaml")["runtimes"], list[Runtime]):
        for path in _paths(runtime, environment, home, platform):
            if path.is_dir():
                names = found.setdefault(_real(path), [])
                if runtime.name not in names:
                    names.append(runtime.name)
    return [Root(path, tuple(names)) for path, names in found.items()]


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links
        return path.absolute()


def _paths(runtime: Runtime, environment: Mapping[str, str], home: Path, platform: str) -> Iterator[Path]:
    folders = system_folders(environment, home, platform)
    for pattern in (*runtime.paths.get("all", ()), *runtime.paths.get(platform, ())):
        if (path := _expanded(pattern, environment, folders)) is not None:
            yield path
    for pattern in runtime.settings.files if runtime.settings is not None else ():
        path = _expanded(pattern, environment, folders)
        stated = _stated(path, runtime.settings.field) if path is not None and runtime.settings is not None else None
        if stated is not None:
            yield stated


def system_folders(environment: Mapping[str, str], home: Path, platform: str) -> dict[str, str]:
    """``home``, ``cache``, ``data`` and ``local`` of an operating system."""
    if platform == "win32":
        local = environment.get("LOCALAPPDATA") or str(home / "AppData" / "Local")
        roaming = environment.get("APPDATA") or str(home / "AppData" / "Roaming")
        return {"home": str(home), "cache": local, "data": roaming, "local": local}
    if platform == "darwin":
        library = home / "Library"
        data = str(library / "Application Support")
        return {"home": str(home), "cache": str(library / "Caches"), "data": data, "local": data}
    cache = environment.get("XDG_CACHE_HOME") or str(home / ".cache")
    data = environment.get("XDG_DATA_HOME") or str(home / ".local" / "share")
    return {"home": str(home), "cache": cache, "data": data, "local": data}


def _expanded(pattern: str, environment: Mapping[str, str], folders: Mapping[str, str]) -> Path | None:
    names = _VARIABLE.findall(pattern)
    if any(not environment.get(name) for name in names):
        return None
    text = _VARIABLE.sub(lambda match: environment[match[1]], pattern)
    for name, folder in folders.items():
        text = text.replace("{" + name + "}", folder)
    path = Path(text)
    return path if path.is_absolute() and "\0" not in text else None


def _stated(settings: Path, field: str) -> Path | None:
    """The folder that a program's own settings name."""
    try:
        content = json.loads(read_regular(settings, MAX_SETTINGS))
    except (NotRead, ValueError, RecursionError):
        return None
    value = content.get(field) if isinstance(content, dict) else None
    return Path(value) if isinstance(value, str) and "\0" not in value and Path(value).is_absolute() else None
