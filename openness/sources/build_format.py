"""What a file is, by its first bytes and never by its name; a name only decides between formats that have no magic."""

from __future__ import annotations

from openness.sources.exact_read import pread

GGUF, SAFETENSORS, ONNX, LLAMAFILE, PICKLE, UNKNOWN = "gguf", "safetensors", "onnx", "llamafile", "pickle", "unknown"
PEEK = 512
#: What torch.save writes today: a zip archive whose first member is a pickle.
_TORCH_MEMBERS = (b"/data.pkl", b"/version", b"/byteorder", b"/.format_version", b"archive/")
_PROGRAMS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"#!")


def format_of(descriptor: int, size: int, name: str = "") -> str:
    """One of the words above. Raises OSError where the file cannot be read."""
    head = pread(descriptor, min(PEEK, size), 0)
    if head.startswith(b"GGUF"):
        return GGUF
    if head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= size - 8:
        return SAFETENSORS
    if _is_pickle(head):
        return PICKLE
    if head.startswith(_PROGRAMS):
        return LLAMAFILE
    if name.casefold().endswith(".onnx") and head[:1] == b"\x08":
        return ONNX
    return UNKNOWN


def _is_pickle(head: bytes) -> bool:
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return True
    return head.startswith(b"PK\x03\x04") and any(word in head[:256] for word in _TORCH_MEMBERS)
