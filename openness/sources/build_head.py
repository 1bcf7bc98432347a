"""What the held files of a build say: format, role, shapes, claims, and where its tensors can be read. Nothing is judged.

One reader for each format stands behind :func:`read_head`; whatever is wrong, they raise BuildError. A pickle is named and
never loaded: loading one runs code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import msgspec

from openness.errors import BuildError
from openness.printable import printable
from openness.sources import build_format, gguf, gguf_tensors
from openness.sources.build_format import format_of
from openness.sources.build_layout import ONNX_DATA, Layout
from openness.sources.gguf_records import GGUFHeader, Value, Values
from openness.sources.tensors import JoinedTensors, TensorSource


class Part(msgspec.Struct, frozen=True):
    """One file of a build, open at ``descriptor``."""

    descriptor: int
    path: str
    size: int


class BuildHead(msgspec.Struct, frozen=True):
    """``claims`` are what the file says of itself under GGUF's names (``general.license``). ``gguf`` is the header where there is
    one, ``gguf_start`` where it begins in the file. ``shapes`` are as in GGUF: ``block_count``, ``embedding_length``, …"""

    format: str
    role: str = "model"
    architecture: str | None = None
    tensor_types: Mapping[str, int] = msgspec.field(default_factory=dict)
    claims: Mapping[str, Value | Values | str] = msgspec.field(default_factory=dict)
    shapes: Mapping[str, Any] = msgspec.field(default_factory=dict)
    tensors: TensorSource | None = None
    gguf: GGUFHeader | None = None
    gguf_start: int = 0


def read_head(parts: Sequence[Part], layout: Layout) -> BuildHead:
    """The head of a build whose files are held open, in the order of ``layout.files``. Raises BuildError."""
    if layout.form == "mlc":
        from openness.sources import mlc

        return mlc.read_head(parts, layout)
    first = parts[0]
    found = _format(first)
    if found == build_format.PICKLE:
        _refuse_pickle(first)
    if found == build_format.SAFETENSORS:
        from openness.sources import hf_folder

        return hf_folder.read_head(parts, layout)
    if found == build_format.ONNX:
        return _onnx(parts, layout)
    if found == build_format.LLAMAFILE:
        return _llamafile(first)
    return _gguf(parts)


def _format(part: Part) -> str:
    try:
        return format_of(part.descriptor, part.size, part.path)
    except OSError as error:
        raise BuildError(f"the file cannot be read: {error.strerror}; check the disk") from None


def _refuse_pickle(part: Part) -> NoReturn:
    name = printable(part.path.rpartition("/")[2], 80)
    raise BuildError(
        f"{name} is a Python pickle, which can run code when it is loaded, so it is not read; use the safetensors or GGUF form",
        code="pickle",
    )


def _gguf(parts: Sequence[Part], part: tuple[int, int] | None = None, format: str = build_format.GGUF) -> BuildHead:
    headers = [gguf.read_header(one.descriptor, part=part) for one in parts]
    header = headers[0]
    _check_split(headers, parts)
    types: Counter[str] = Counter()
    for one in headers:
        types.update(gguf.tensor_types(one))
    start = part[0] if part else 0
    tensors = None
    if header.byte_order == "little":
        sources = [gguf_tensors.tensors_of(p.descriptor, h, start) for p, h in zip(parts, headers, strict=True)]
        tensors = sources[0] if len(sources) == 1 else JoinedTensors(tuple(sources))
    return BuildHead(
        format=format,
        role=role_of(header),
        architecture=gguf.architecture(header),
        tensor_types=dict(types.most_common()),
        claims=gguf.general_claims(header),
        shapes=gguf.shapes(header),
        tensors=tensors,
        gguf=header,
        gguf_start=start,
    )


def _check_split(headers: Sequence[GGUFHeader], parts: Sequence[Part]) -> None:
    """Each part says the place in which it stands, and none is lacking."""
    split = headers[0].split
    if split is not None and split.count > 1 and len(parts) == 1:
        raise BuildError(
            f"this is part {split.no + 1} of {split.count} of a split build whose other parts cannot be found by its name; "
            f"name the parts as llama.cpp does (…-00001-of-{split.count:05d}.gguf)"
        )
    if len(parts) == 1:
        return
    for number, header in enumerate(headers):
        found = header.split
        if found is None or (found.no, found.count) != (number, len(parts)):
            name = printable(parts[number].path.rpartition("/")[2], 120)
            raise BuildError(f"{name} is not part {number + 1} of {len(parts)} of this split build; fetch it again")


def role_of(header: GGUFHeader) -> str:
    """What a GGUF file is besides a model, by its own keys (llama.cpp: gguf-py/gguf/constants.py, ``GGUFType``)."""
    kind, name = header.metadata.get("general.type"), gguf.architecture(header)
    if kind == b"adapter" or header.metadata.get("adapter.type") == b"lora":
        return "lora"
    if kind == b"mmproj" or name == "clip":
        return "mmproj"
    if name == "controlvector" or kind == b"controlvector":
        return "control-vector"
    if kind == b"imatrix" or "imatrix.datasets" in header.arrays:
        return "imatrix"
    if name is not None and ("eagle" in name or kind == b"draft"):
        return "draft"
    return "model" if header.tensors else "vocabulary"


def _llamafile(part: Part) -> BuildHead:
    from openness.sources.gguf_foreign import not_gguf
    from openness.sources.llamafile import inner_builds

    builds = inner_builds(part.descriptor, part.size)
    if not builds:
        raise not_gguf(gguf.first_bytes(part.descriptor, part.size), part.size)
    if len(builds) > 1:
        raise BuildError(f"the llamafile holds {len(builds)} builds; take out the one that is meant and name it")
    if not builds[0].stored:
        raise BuildError("the build inside this llamafile is compressed, which llamafile itself cannot run; get it again")
    return _gguf([part], (builds[0].start, builds[0].length), build_format.LLAMAFILE)


def _onnx(parts: Sequence[Part], layout: Layout) -> BuildHead:
    from openness.sources import onnx

    models = [onnx.read_model(p.descriptor, p.size) for p in parts if not p.path.casefold().endswith(ONNX_DATA)]
    beside = {part.path.rpartition("/")[2] for part in parts}
    missing = [name for model in models for name in model.external if name not in beside]
    if missing:
        raise BuildError(f"the weights file {printable(missing[0], 80)} that the ONNX model names is not beside it; fetch it too")
    types: Counter[str] = Counter()
    claims: dict[str, str] = {}
    for model in models:
        types.update(model.tensor_types)
        for key, value in model.properties.items():
            claims.setdefault(f"general.{key.casefold()}" if key.casefold() in ("license", "name") else f"onnx.{key}", value)
    from openness.sources.hf_folder import config_claims, config_shapes

    return BuildHead(
        format=build_format.ONNX,
        architecture=config_shapes(layout.config)[0],
        tensor_types=dict(types.most_common()),
        claims={**config_claims(layout.config), **claims},
        shapes=config_shapes(layout.config)[1],
    )


def safetensors_source(parts: Sequence[Part]) -> tuple[TensorSource, dict[str, str]]:
    """The tensors of all parts, and what their metadata say. Raises BuildError."""
    from openness.sources import safetensors

    sources = []
    metadata: dict[str, str] = {}
    for part in parts:
        header = safetensors.read_header(part.descriptor, part.size)
        sources.append(safetensors.tensors_of(part.descriptor, header))
        metadata = {**header.metadata, **metadata}
    return (sources[0] if len(sources) == 1 else JoinedTensors(tuple(sources))), metadata
