"""Which files make up a build: one file, the shards of a split one, or a folder with configuration and weights.

Only names and small JSON files are read here; the weights are opened by whoever holds them. A shard that an index or a name
promises and that is not there is an error: a build is judged whole or not at all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from openness.errors import BuildError, MissingInput
from openness.printable import printable
from openness.sources import bounded_json
from openness.sources.folder import NotRead, read_regular

MAX_JSON = 16 << 20
MAX_ENTRIES = 20_000
MAX_PARTS = 4096
_SHARD = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<suffix>\.safetensors|\.gguf)", re.ASCII | re.DOTALL)
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".model")
_PICKLE_NAMES = re.compile(
    r"(pytorch_model|consolidated|model|adapter_model|diffusion_pytorch_model)[\w.-]*\.(bin|pt|pth|ckpt)", re.I
)
#: Configuration of MLC and WebLLM, and the tables of their parameter shards (old and new name).
MLC_CONFIG, MLC_TABLES = "mlc-chat-config.json", ("tensor-cache.json", "ndarray-cache.json")
#: What exporters append to a model's name for weights that do not fit into one protocol-buffer message.
ONNX_DATA = (".onnx_data", ".onnx.data", ".data")


class Layout(msgspec.Struct, frozen=True):
    """``files`` are the parts with weights, in order, the one that was named first where a file was named. ``form`` is what a
    folder is (``mlc``), or what the configuration says of the weights (``gptq``, ``awq``, ``exl2``, ``mlx``), or empty.
    ``config`` is the configuration beside the weights, ``table`` the list of MLC's parameters."""

    path: Path
    files: tuple[Path, ...]
    folder: Path
    form: str = ""
    config: Mapping[str, Any] = msgspec.field(default_factory=dict)
    table: Mapping[str, Any] = msgspec.field(default_factory=dict)


def layout_of(path: Path) -> Layout:
    """The build at ``path``. Raises MissingInput where there is none, BuildError where it is not whole or not one."""
    if os.path.isdir(path):  # not Path.is_dir, which raises for a name that is too long
        return _of_folder(path)
    if path.name.endswith(".safetensors.index.json"):
        return _indexed(path, path)
    siblings = (*_siblings(path), *onnx_data(path))
    config = _json(path.parent / "config.json") if path.name.endswith(".safetensors") else {}
    return Layout(path, siblings, path.parent, _quantization(config), config)


def _of_folder(folder: Path) -> Layout:
    names = _names(folder)
    if MLC_CONFIG in names:
        return _mlc(folder, names)
    config = _json(folder / "config.json") if "config.json" in names else {}
    indexes = [name for name in names if name.endswith(".safetensors.index.json")]
    if indexes:
        return _indexed(folder, folder / indexes[0])
    for suffix in (".safetensors", ".gguf", ".onnx"):
        groups = _groups(folder, [name for name in names if name.casefold().endswith(suffix)])
        if suffix == ".onnx" and not groups and "onnx" in names:
            groups = _groups(folder / "onnx", [n for n in _names(folder / "onnx") if n.casefold().endswith(suffix)])
        if len(groups) > 1 and suffix != ".onnx":
            listed = ", ".join(sorted(printable(group[0].name, 60) for group in groups)[:4])
            raise BuildError(
                f"the folder holds {len(groups)} builds ({listed}); name one of them, or use openness discover --root"
            )
        if groups:
            files = tuple(file for group in groups for one in group for file in (one, *onnx_data(one)))
            return Layout(folder, files, folder, _quantization(config), config)
    pickles = [name for name in names if _PICKLE_NAMES.fullmatch(name)]
    if pickles:
        return Layout(folder, tuple(folder / name for name in pickles[:MAX_PARTS]), folder, "", config)
    raise MissingInput(f"{printable(str(folder))} holds no build; give a folder with .safetensors, .gguf, .onnx or MLC files")


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for _, entry in zip(range(MAX_ENTRIES), entries, strict=False))
    except OSError as error:
        raise MissingInput(f"{printable(str(folder))} cannot be listed: {error.strerror}; check its rights") from None


def _groups(folder: Path, names: Iterable[str]) -> list[tuple[Path, ...]]:
    """Builds among the files of a folder: a split one is a single build; projectors and adapters are not the model."""
    found: dict[str, tuple[Path, ...]] = {}
    for name in names:
        match = _SHARD.fullmatch(name)
        key = f"{match['stem']} {match['count']}" if match else name
        if key not in found:
            found[key] = _siblings(folder / name)
    models = {key: files for key, files in found.items() if not key.casefold().startswith(("mmproj", "adapter_"))}
    return list((models or found).values())


def _siblings(path: Path) -> tuple[Path, ...]:
    """All shards of a split build, given the name of one; else the file alone. Raises BuildError for a missing shard."""
    match = _SHARD.fullmatch(path.name)
    if match is None or not 1 <= int(match["number"]) <= int(match["count"]) <= MAX_PARTS:
        return (path,)
    stem, count, suffix = match["stem"], match["count"], match["suffix"]
    shards = tuple(path.with_name(f"{stem}-{number:05d}-of-{count}{suffix}") for number in range(1, int(count) + 1))
    return _present(shards, path)


def _present(shards: tuple[Path, ...], asked: Path) -> tuple[Path, ...]:
    missing = [shard.name for shard in shards if not os.path.isfile(shard)]
    if missing and os.path.exists(asked):
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise BuildError(f"part {printable(missing[0], 120)}{more} of this split build is missing; fetch all {len(shards)} parts")
    return shards


def _indexed(path: Path, index: Path) -> Layout:
    """A build whose parts a ``*.safetensors.index.json`` lists."""
    content = _json(index, needed=True)
    weights = content.get("weight_map")
    names = sorted({name for name in weights.values() if isinstance(name, str)}) if isinstance(weights, dict) else []
    if not names or len(names) > MAX_PARTS or any(not _plain(name) for name in names):
        raise BuildError(f"the index {printable(index.name)} lists no files of its own folder; fetch it again")
    config = _json(index.parent / "config.json")
    files = _present(tuple(index.parent / name for name in names), index)
    return Layout(path, files, index.parent, _quantization(config), config)


def _mlc(folder: Path, names: list[str]) -> Layout:
    config = _json(folder / MLC_CONFIG, needed=True)
    found = next((name for name in MLC_TABLES if name in names), None)
    if found is None:
        raise BuildError(f"the MLC folder has no {MLC_TABLES[0]}, so its weights are not known; fetch it again")
    table = _json(folder / found, needed=True)
    records = table.get("records")
    whole = isinstance(records, list) and all(isinstance(record, dict) for record in records)
    shards = [str(record.get("dataPath", "")) for record in records or ()] if whole else []
    if not shards or len(shards) > MAX_PARTS or any(not _plain(name) for name in shards):
        raise BuildError(f"{found} lists no files of its own folder; fetch it again")
    files = _present(tuple(folder / name for name in shards), folder)
    return Layout(folder, files, folder, "mlc", config, table)


def _plain(name: str) -> bool:
    """Whether a name stays within the folder."""
    return bool(name) and name.isprintable() and not {"/", "\\", "\0"} & set(name) and name not in (".", "..")


def _json(path: Path, *, needed: bool = False) -> dict[str, Any]:
    """A JSON object; empty where there is none or it is not one, unless it is needed."""
    try:
        content = bounded_json.loads(read_regular(path, MAX_JSON))
    except (NotRead, ValueError) as error:
        content = str(error)
    if isinstance(content, dict):
        return content
    if needed:
        raise BuildError(f"{printable(path.name)} cannot be read as a JSON object; fetch it again")
    return {}


def _quantization(config: Mapping[str, Any]) -> str:
    """How ``config.json`` says that the weights are quantized: the method's name, ``mlx``, or empty."""
    stated = config.get("quantization_config")
    method = stated.get("quant_method") if isinstance(stated, dict) else None
    if isinstance(method, str) and re.fullmatch(r"[a-z0-9_.-]{1,32}", method.casefold()):
        return method.casefold()
    return "mlx" if isinstance(config.get("quantization"), dict) else ""


def onnx_data(path: Path) -> list[Path]:
    """Files beside an ONNX model that hold its weights, under the names that exporters give them."""
    if not path.name.casefold().endswith(".onnx"):
        return []
    stem = path.name[: -len(".onnx")]
    return [other for ending in ONNX_DATA if os.path.isfile(other := path.with_name(stem + ending))]


def looks_pickled(name: str) -> bool:
    """Whether a file's name is one that pickles usually have."""
    return name.casefold().endswith(_PICKLES)
