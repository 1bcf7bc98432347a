"""Weight files and what stands for them: Git LFS pointers and DVC files give the digest of a build without its bytes."""

from __future__ import annotations

import re

from openness.refs.names import quant_of
from openness.refs.records import Reference

#: So much of a weight file is read at most: a pointer is smaller, and a header is read by an audit, not here.
HEAD = 1024
#: Endings of files that hold weights and nothing else; the others count only as pointers.
CERTAIN = (".gguf", ".safetensors", ".llamafile")
_LFS = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\r?\n(?:.*\r?\n)*?oid sha256:([0-9a-f]{64})\r?\nsize (\d{1,15})")
_DVC_PATH = re.compile(r"^(?:- |  )?[ ]*path:[ ]*([\"']?)(\S+)\1[ ]*\r?$", re.MULTILINE)
_DVC_MD5 = re.compile(r"^(?:- |  )?[ ]*md5:[ ]*([0-9a-f]{32})", re.MULTILINE)


def read_weights(name: str, data: bytes) -> list[Reference]:
    """The file itself as a reference, with the digest that a pointer states."""
    if match := _LFS.match(data[:HEAD]):
        oid = match[1].decode()
        line = data[: match.start(1)].count(b"\n") + 1
        purl = f"pkg:generic/{name.rpartition('/')[2]}?checksum=sha256:{oid}"
        return [_build(name, name, f"sha256:{oid}", "lfs-pointer", line, len("oid ") + 1, purl, f"sha256:{oid}")]
    if name.lower().endswith(CERTAIN) and data:
        return [_build(name, name, None, "weight-file", 1, 1, None, "")]
    return []


def read_dvc(name: str, text: str) -> list[Reference]:
    """The weight file that a ``.dvc`` file stands for."""
    path, digest = _DVC_PATH.search(text), _DVC_MD5.search(text)
    if path is None or not path[2].lower().endswith((*CERTAIN, ".bin", ".pt", ".onnx")):
        return []
    line = text.count("\n", 0, path.start(2)) + 1
    column = path.start(2) - (text.rfind("\n", 0, path.start(2)) + 1) + 1
    folder = name.rpartition("/")[0]
    model = f"{folder}/{path[2]}" if folder else path[2]
    return [_build(name, model, f"md5:{digest[1]}" if digest else None, "dvc", line, column, None, path[2])]


def _build(file: str, model: str, oid: str | None, form: str, line: int, column: int, purl: str | None, text: str) -> Reference:
    return Reference("build-file", model, oid, quant_of(model), form, file, line, column, "high", purl, text)
