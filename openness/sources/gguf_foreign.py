"""Names what a file is that is not GGUF, from its first bytes, so that the error says what to do about it."""

from __future__ import annotations

from ..errors import GGUFError

#: How many bytes :func:`not_gguf` wants to see.
PEEK = 512

_CONVERT = "convert it to GGUF first, or give the .gguf file"
_OUTDATED = "convert the original model again with a current llama.cpp"
_FETCH = "fetch the file again"
_DOWNLOAD = "download the file itself"
_UNPACK = "unpack it first"

_MAGICS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive (as PyTorch checkpoints and llamafiles are)", _CONVERT),
    (b"PK\x05\x06", "an empty zip archive", _CONVERT),
    (b"\x7fELF", "an ELF program (perhaps a llamafile)", "give the .gguf file that it was built from"),
    (b"MZ", "a Windows or APE program (perhaps a llamafile)", "give the .gguf file that it was built from"),
    (b"\xcf\xfa\xed\xfe", "a macOS program", "give the .gguf file"),
    (b"lmgg", "the old ggml format, unversioned", _OUTDATED),
    (b"fmgg", "the old ggml format ggmf", _OUTDATED),
    (b"tjgg", "the old ggml format ggjt", _OUTDATED),
    (b"algg", "the old ggml format ggla (a LoRA adapter)", _OUTDATED),
    (b"nsgg", "a llama.cpp session, not a model (ggsn)", "give the .gguf file of the model"),
    (b"FUGG", "GGUF with its magic in the wrong byte order", _OUTDATED),
    (b"version https://git-lfs", "a git-LFS pointer, not the file it stands for", "run git lfs pull or download it"),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"\x89HDF", "an HDF5 file (Keras weights)", _CONVERT),
    (b"\x93NUMPY", "a NumPy array", _CONVERT),
    (b"%PDF", "a PDF document", "give the .gguf file"),
)


def not_gguf(head: bytes, size: int) -> GGUFError:
    """The error for a file of ``size`` bytes that starts with ``head`` (its first :data:`PEEK` bytes)."""
    what, advice = _recognize(head, size)
    return GGUFError(f"not a GGUF file: {what} (at byte 0); {advice}")


def _recognize(head: bytes, size: int) -> tuple[str, str]:
    """What it is and what to do, the first of these that holds; the order goes from certain to vague."""
    if size == 0:
        return "the file is empty (0 bytes)", _FETCH
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    safetensors = head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= size - 8
    pickle = head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")
    saved_error = "most likely a saved error or login page"
    signs = (
        *((head.startswith(magic), f"this is {what}", advice) for magic, what, advice in _MAGICS),
        (text.startswith((b"<!doctype html", b"<html", b"<head")), f"this is an HTML page, {saved_error}", _DOWNLOAD),
        (text.startswith(b"<?xml"), f"this is an XML document, {saved_error}", _DOWNLOAD),
        (safetensors, "this is a safetensors file", _CONVERT),
        (text.startswith((b"{", b"[")), "this is JSON text, perhaps a saved error message", _DOWNLOAD),
        (pickle, "this is a Python pickle, which can run code when it is loaded", f"do not load it; {_CONVERT}"),
        (head[257:262] == b"ustar", "this is a tar archive", _UNPACK),
        (b"GGUF".startswith(head), f"the file ends after {size} bytes", _FETCH),
        (not head.strip(b"\0"), "it starts with zero bytes, as an unfinished download does", _FETCH),
    )
    for holds, what, advice in signs:
        if holds:
            return what, advice
    return f"it starts with the bytes {head[:4].hex(' ')} instead of 47 47 55 46 (GGUF)", "give a .gguf file"
