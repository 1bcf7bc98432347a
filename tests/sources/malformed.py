"""The table of malformed builds: what is wrong, the file, and the words that the error must have (a pattern)."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from openness.sources.gguf_types import REMOVED_TENSOR_TYPES, TENSOR_TYPES
from tests.builds import KINDS, Array, Build, Entry, Raw, Tensor, Text, Value

ARCH: dict[str, Entry] = {"general.architecture": Value("string", "llama")}
ONE = Build(ARCH, [Tensor("t")])  # sound: one key, one tensor
MIB = 1 << 20


@dataclass(frozen=True)
class Case:
    """``write`` puts the malformed build into a file: some are larger than a test should hold in memory."""

    id: str
    write: Callable[[BinaryIO], object]
    words: str


def case(name: str, content: Build | bytes | Callable[[BinaryIO], object], words: str) -> Case:
    if callable(content):
        return Case(name, content, words)
    data = content.encode() if isinstance(content, Build) else content
    return Case(name, lambda file: file.write(data), words)


def all_cases() -> list[Case]:
    groups = (foreign, versions, counts, truncations, keys, values, arrays, alignments, tensors, dims, layout, splits)
    return [one for group in groups for one in group()]


def foreign() -> Iterator[Case]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("data.pkl", b"x" * 100)
    named: dict[str, tuple[bytes, str]] = {
        "zip": (archive.getvalue(), "zip archive"),
        "empty-zip": (b"PK\5\6" + bytes(18), "zip archive"),
        "safetensors": (struct.pack("<Q", 20) + b'{"a":{"dtype":"F32"}}' + bytes(9), "safetensors"),
        "safetensors-empty": (struct.pack("<Q", 2) + b"{}", "safetensors"),
        "elf": (b"\x7fELF\2\1\1" + bytes(60), "ELF"),
        "llamafile": (b"MZqFpD='\n" + bytes(60), "llamafile"),
        "mach-o": (b"\xcf\xfa\xed\xfe" + bytes(60), "macOS"),
        "ggml": (struct.pack("<I", 0x67676D6C) + bytes(60), "old ggml format"),
        "ggmf": (struct.pack("<I", 0x67676D66) + bytes(60), "ggmf"),
        "ggjt": (struct.pack("<I", 0x67676A74) + bytes(60), "ggjt"),
        "ggla": (struct.pack("<I", 0x67676C61) + bytes(60), "ggla"),
        "ggsn": (struct.pack("<I", 0x6767736E) + bytes(60), "session"),
        "reversed-magic": (b"FUGG\3\0\0\0" + bytes(60), "wrong byte order"),
        "empty": (b"", "empty"),
        "html": (b"<!DOCTYPE html>\n<html><title>404</title>", "HTML page"),
        "html-indented": (b"\xef\xbb\xbf\n  <html lang=en>", "HTML page"),
        "xml": (b'<?xml version="1.0"?><Error/>', "XML"),
        "json": (b'{"error":"Access to model is restricted"}', "JSON"),
        "json-list": (b"[]", "JSON"),
        "git-lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git-LFS"),
        "gzip": (gzip.compress(ONE.encode()), "gzip"),
        "bzip2": (b"BZh9" + bytes(60), "bzip2"),
        "xz": (b"\xfd7zXZ\0" + bytes(60), "xz"),
        "zstd": (b"\x28\xb5\x2f\xfd" + bytes(60), "zstd"),
        "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(60), "7z"),
        "tar": (bytes(257) + b"ustar\0" + bytes(300), "tar"),
        "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(60), "HDF5"),
        "numpy": (b"\x93NUMPY\1\0" + bytes(60), "NumPy"),
        "pdf": (b"%PDF-1.7\n", "PDF"),
        "zeros": (bytes(1000), "zero bytes"),
        "text": (b"hello, world", "68 65 6c 6c"),
        "escapes": (b"\x1b[2J\x1b[H" + bytes(60), "1b 5b 32 4a"),
        "lower-case-magic": (b"gguf\3\0\0\0" + bytes(60), "67 67 75 66"),
        "one-byte": (b"x", "starts with the bytes 78"),
        "shifted": (b"\0" + ONE.encode(), "00 47 47 55"),
    }
    for name, (content, words) in named.items():
        yield case(f"foreign-{name}", content, words)
    for protocol in (2, 3, 4, 5):
        yield case(f"foreign-pickle-{protocol}", pickle.dumps({"a": 1}, protocol), "pickle")


def versions() -> Iterator[Case]:
    yield case("version-1", b"GGUF" + struct.pack("<III", 1, 0, 0), "version 1")
    yield case("version-1-big-endian", b"GGUF" + struct.pack(">III", 1, 0, 0), "version 1")
    for version in (0, 4, 9, 255, 0xFFFF, 0x00010000, 0xFFFFFFFF, 0x03000003):
        yield case(f"version-{version:#x}", Build(ARCH, version=version), "version")
    yield case("version-4-big-endian", Build(ARCH, version=4, byte_order="big"), "version 4")


def counts() -> Iterator[Case]:
    for order in ("little", "big"):
        for count in (65537, 1 << 31, 1 << 60, (1 << 64) - 1):
            keys, tensors = Build(metadata_count=count, byte_order=order), Build(tensor_count=count, byte_order=order)
            yield case(f"metadata-count-{count:#x}-{order}", keys, f"claims {count} metadata keys.*limit")
            yield case(f"tensor-count-{count:#x}-{order}", tensors, f"claims {count} tensors.*limit")
    for count in (100, 1000, 65536):
        yield case(f"metadata-count-{count}-in-a-small-file", Build(ARCH, metadata_count=count), "can hold")
        yield case(f"tensor-count-{count}-in-a-small-file", Build(ARCH, tensor_count=count), "can hold")
    yield case("metadata-count-one-too-many", Build(ARCH, metadata_count=2, tail=bytes(64)), "key 1 .*ASCII")
    two = {**ARCH, "a": Value("uint8", 1)}
    yield case("metadata-count-one-too-few", Build(two, [Tensor("t")], metadata_count=1), "tensor 'a'")
    yield case("tensor-count-one-too-many", Build(ARCH, [Tensor("t")], tensor_count=2), "tensor 1|tensor ''")


def truncations() -> Iterator[Case]:
    for size in (1, 2, 3):
        yield case(f"cut-in-magic-at-{size}", Build(ARCH, cut=size), f"ends after {size} bytes")
    for size in (4, 5, 7):
        yield case(f"cut-in-version-at-{size}", Build(ARCH, cut=size), "version is truncated")
    for size in (8, 12, 15, 16, 20, 23):
        yield case(f"cut-in-counts-at-{size}", Build(ARCH, cut=size), "number of .* is truncated")
    whole = len(Build(ARCH).encode())
    for size in (24, 30, 40, 52, 56, whole - 6, whole - 1):
        yield case(f"cut-in-first-key-at-{size}", Build(ARCH, cut=size), "truncated|can hold")
    end = whole + 8 + 1 + 4 + 8 + 4 + 8
    for size in (whole, whole + 4, whole + 9, whole + 20, end - 9, end - 1):
        yield case(f"cut-in-tensor-description-at-{size}", Build(ARCH, [Tensor("t")], cut=size), "truncated|can hold")
    yield case("cut-before-data", Build(ARCH, [Tensor("t")], cut=end), "bytes are missing")
    for missing in (1, 64, 127, 128):
        build = Build(ARCH, [Tensor("t")], cut=-missing)
        yield case(f"cut-in-data-by-{missing}", build, f"{missing} bytes are missing.*incomplete")
    yield case("cut-in-second-tensor", Build(ARCH, [Tensor("a"), Tensor("b")], cut=-100), "100 bytes are missing")
    yield case("cut-big-endian", Build(ARCH, [Tensor("t")], byte_order="big", cut=-1), "1 bytes are missing")
    strings = Build({"general.tags": Array("string", ["abc"] * 10)}).encode()
    for drop in (1, 3, 8, 11, 100):
        yield case(f"cut-in-string-array-by-{drop}", strings[:-drop], "truncated")
    numbers = Build({"a": Array("uint64", [1] * 10)}).encode()
    for drop in (1, 8, 80):
        yield case(f"cut-in-number-array-by-{drop}", numbers[:-drop], "truncated")


def keys() -> Iterator[Case]:
    one = Value("uint32", 1)
    for byte in (*range(0x21), 0x7F, 0x80, 0xFF):
        yield case(f"key-with-byte-{byte:02x}", Build([(b"general.al" + bytes([byte]) + b"x", one)]), "printable ASCII")
    yield case("key-alias-by-nul", Build([(b"general.alignment\0evil", one)]), "printable ASCII")
    yield case("key-not-ascii", Build([("général.name", one)]), "printable ASCII")
    yield case("key-bidi", Build([("general.\u202ename", one)]), "printable ASCII")
    yield case("key-empty", Build([("", one), ("a", one)]), "printable ASCII")
    yield case("key-duplicate", Build([("a.b", one), ("a.b", one)]), "'a.b' is a duplicate")
    yield case("key-duplicate-array", Build([("a.b", one), ("a.b", Array("uint8", [1]))]), "duplicate")
    yield case("key-duplicate-arrays", Build([("a.b", Array("uint8", [1]))] * 2), "duplicate")
    yield case("key-too-long", Build([("k" * 65536, one)]), "limit of 65535")
    for length in (1 << 16, 1 << 31, 1 << 62, (1 << 64) - 1):
        yield case(f"key-claims-{length:#x}", Build([(Text(b"a", length), one)]), "limit of 65535")
    yield case("key-longer-than-file", Build([(Text(b"a", 1000), one)]), "truncated")


def values() -> Iterator[Case]:
    for number in (13, 14, 255, 1 << 16, (1 << 32) - 1):
        yield case(f"value-type-{number}", Build({"a": Value("uint64", 0, number)}), f"unknown value type {number}")
    for byte in (2, 127, 128, 255):
        yield case(f"bool-{byte}", Build({"a": Value("bool", byte)}), f"bool with the value {byte}")
    for length in ((1 << 24) + 1, 1 << 32, 1 << 62, (1 << 64) - 8, (1 << 64) - 1):
        yield case(f"string-claims-{length:#x}", Build({"a": Value("string", Text(b"x", length))}), "limit of 16777216")
    yield case("string-longer-than-file", Build({"a": Value("string", Text(b"x", 1 << 20))}), "truncated")
    shorter = {"a": Value("string", Text(b"x" * 40, 8)), "b": Value("uint8", 1)}
    yield case("string-shorter-than-it-is", Build(shorter), "key 1 claims 8680820740569200760 bytes")
    yield case("string-over-limit-and-there", string_over_limit, "limit of 16777216")
    yield case("strings-over-limit-together", strings_over_limit_together, "limit of 67108864")
    yield case("keys-over-limit-together", keys_over_limit_together, "limit of 67108864")
    for kind in KINDS:
        head = Build([("a", Raw(struct.pack("<I", KINDS[kind][0])))], tail=b"").encode()
        yield case(f"value-missing-{kind}", head, "truncated|can hold")


def sparse(file: BinaryIO, pairs: list[tuple[bytes, int]]) -> None:
    """A header of these pairs, each followed by so many zero bytes that take no room on the disk."""
    file.write(Build(metadata_count=len(pairs)).encode())
    for pair, gap in pairs:
        file.write(pair)
        file.seek(gap, io.SEEK_CUR)
    file.truncate()


def pair(key: str, value: Entry) -> bytes:
    return Build({key: value}).encode()[24:]


def string_over_limit(file: BinaryIO) -> None:
    sparse(file, [(pair("a", Value("string", Text(b"", 17 * MIB))), 17 * MIB)])


def strings_over_limit_together(file: BinaryIO) -> None:
    size = 15 * MIB
    sparse(file, [(pair(f"a.{number}", Value("string", Text(b"", size))), size) for number in range(5)])


def keys_over_limit_together(file: BinaryIO) -> None:
    sparse(file, [(pair(f"{number:05}" + "k" * 65000, Value("uint8", 1)), 0) for number in range(1040)])


def arrays() -> Iterator[Case]:
    for count in ((1 << 26) + 1, 1 << 40, 1 << 61, 1 << 62, (1 << 64) - 1):
        for kind in ("uint8", "uint64", "string", "bool"):
            build = Build({"a": Array(kind, [], count=count)})
            yield case(f"{kind}-array-claims-{count:#x}", build, f"claims {count} elements.*limit of 67108864")
    for kind, words in (("uint8", "truncated"), ("float64", "truncated"), ("string", "truncated")):
        yield case(f"{kind}-array-longer-than-file", Build({"a": Array(kind, [], count=1 << 20)}), words)
    for number in (13, 99, (1 << 32) - 1):
        build = Build({"a": Array("uint8", [1], element_type=number)})
        yield case(f"array-element-type-{number}", build, f"unknown element type {number}")
    yield case("array-nested", Build({"a": Array("uint8", [1], element_type=9)}), "nested")
    yield case("array-nested-empty", Build({"a": Array("uint8", [], element_type=9)}), "nested")
    deep = struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 5000 + bytes(64)
    yield case("array-nested-5000-deep", Build({"a": Raw(deep)}), "nested")
    for byte in (2, 255):
        yield case(f"bool-array-with-{byte}", Build({"a": Array("bool", [0, 1, byte])}), "neither 0 nor 1")
    yield case("bool-array-bad-at-the-end", Build({"a": Array("bool", [1] * MIB + [2])}), "neither 0 nor 1")
    for length in ((1 << 24) + 1, 1 << 40, 1 << 63, (1 << 64) - 8, (1 << 64) - 1):
        items = ["a", Text(b"x", length), "b"]
        yield case(f"array-element-claims-{length:#x}", Build({"a": Array("string", items)}), "limit of 16777216")
    yield case("array-last-element-claims-too-much", Build({"a": Array("string", [Text(b"", 1 << 25)])}), "limit")
    yield case("array-element-longer-than-file", Build({"a": Array("string", [Text(b"x", 5000)])}), "truncated")
    yield case("array-element-over-limit-and-there", element_over_limit, "limit of 16777216")
    yield case("arrays-over-limit-together", arrays_over_limit_together, "134217728 in a file")
    yield case("small-arrays-over-limit-together", small_arrays_over_limit_together, "limit of 65536")
    yield case("three-million-empty-strings-and-a-cut", three_million_empty_strings, "truncated")
    yield case("header-over-256-mib", header_over_limit, "header larger")


def element_over_limit(file: BinaryIO) -> None:
    sparse(file, [(pair("a", Array("string", ["a", Text(b"", (1 << 24) + 1)], count=3)), (1 << 24) + 9)])


def arrays_over_limit_together(file: BinaryIO) -> None:
    """Two arrays that take up all that a file is allowed, and one more element."""
    full = [(pair(key, Array("uint8", [], count=1 << 26)), 1 << 26) for key in ("a", "b")]
    sparse(file, [*full, (pair("c", Array("uint8", [], count=1)), 1)])


def small_arrays_over_limit_together(file: BinaryIO) -> None:
    file.write(Build({f"a.{number}": Array("uint16", [7000] * 1024) for number in range(65)}).encode())


def three_million_empty_strings(file: BinaryIO) -> None:
    sparse(file, [(pair("a", Array("string", [], count=3_000_001)), 24_000_000)])


def header_over_limit(file: BinaryIO) -> None:
    """Arrays of 32 MiB, of numbers so wide that the limit of elements is not reached first."""
    size = 32 * MIB
    sparse(file, [(pair(f"a.{number}", Array("uint64", [], count=size // 8)), size) for number in range(9)])


def alignments() -> Iterator[Case]:
    for alignment in (0, 1, 2, 3, 4, 7, 12, 24, 33, 48, 100, 0x80000001, 0xFFFFFFFF):
        build = Build({"general.alignment": Value("uint32", alignment)}, [Tensor("t")])
        yield case(f"alignment-{alignment}", build, f"alignment is {alignment}")
    for kind, value in (("uint64", 32), ("int32", 32), ("uint8", 32), ("bool", 1), ("float32", 32.0), ("string", "32")):
        build = Build({"general.alignment": Value(kind, value)}, [Tensor("t")])
        yield case(f"alignment-as-{kind}", build, "not of type uint32")
    yield case("alignment-as-array", Build({"general.alignment": Array("uint32", [32])}), "not of type uint32")
    yield case("alignment-2-gib", Build({"general.alignment": Value("uint32", 1 << 31)}, [Tensor("t")]), "missing")


def tensors() -> Iterator[Case]:
    for n_dims in (0, 5, 6, 1 << 16, (1 << 32) - 1):
        yield case(f"tensor-n-dims-{n_dims}", Build(ARCH, [Tensor("t", n_dims=n_dims)]), f"{n_dims} dimensions")
    yield case("tensor-with-five-dims", Build(ARCH, [Tensor("t", (1, 1, 1, 1, 1))]), "5 dimensions")
    for type_id in (43, 44, 142, 999, 1 << 31, (1 << 32) - 1):
        yield case(f"tensor-type-{type_id}", Build(ARCH, [Tensor("t", type_id=type_id)]), f"type {type_id} .*not known")
    for type_id, name in REMOVED_TENSOR_TYPES.items():
        yield case(f"tensor-type-removed-{name}", Build(ARCH, [Tensor("t", type_id=type_id)]), f"{name}.*removed")
    yield case("tensor-duplicate", Build(ARCH, [Tensor("t"), Tensor("t")]), "'t' is a duplicate")
    yield case("tensor-name-empty", Build(ARCH, [Tensor("")]), "empty")
    for byte in (0, 7, 10, 27, 31, 127):
        build = Build(ARCH, [Tensor(bytes([97, byte, 98]))])
        yield case(f"tensor-name-with-byte-{byte:02x}", build, "control characters")
    yield case("tensor-name-alias-by-nul", Build(ARCH, [Tensor("t"), Tensor(b"t\0x")]), "control characters")
    yield case("tensor-name-not-utf8", Build(ARCH, [Tensor(b"\xff\xfe")]), "not UTF-8")
    yield case("tensor-name-hostile-duplicate", Build(ARCH, [Tensor("\u202e\x9b2J")] * 2), "duplicate")
    yield case("tensor-name-too-long", Build(ARCH, [Tensor("n" * 1025)]), "limit of 1024")
    for length in (1 << 20, 1 << 62, (1 << 64) - 1):
        yield case(f"tensor-name-claims-{length:#x}", Build(ARCH, [Tensor(Text(b"t", length))]), "limit of 1024")
    yield case("tensor-name-longer-than-file", Build(ARCH, [Tensor(Text(b"t", 1000))], cut=200), "truncated")


def dims() -> Iterator[Case]:
    bad = {
        "zero": (0,),
        "zero-second": (32, 0),
        "zero-last": (1, 1, 1, 0),
        "2^48": (1 << 48,),
        "2^64-1": ((1 << 64) - 1,),
        "product-2^48": (1 << 24, 1 << 24),
        "product-wraps-to-0": (1 << 32, 1 << 32),
        "product-wraps-to-32": ((1 << 62) + 8, 4),
        "product-of-four": (1 << 12, 1 << 12, 1 << 12, 1 << 12),
        "negative": ((1 << 64) - 32, 1),
    }
    for name, shape in bad.items():
        yield case(f"dims-{name}", Build(ARCH, [Tensor("t", shape, data=bytes(128))]), "impossible dimensions")
    for type_id, kind in TENSOR_TYPES.items():
        if kind.block > 1:
            tensor = Tensor("t", (kind.block + kind.block // 2,), type_id, bytes(1000))
            words = f"block size {kind.block} of {kind.name}"
            yield case(f"row-not-in-blocks-of-{kind.name}", Build(ARCH, [tensor]), words)
    yield case("row-of-1-in-Q4_0", Build(ARCH, [Tensor("t", (1, 32), 2, bytes(1000))]), "block size 32")
    for shape in ((1 << 40,), (1 << 20, 1 << 20), ((1 << 48) - 1,)):
        tensor = Tensor("t", shape, data=bytes(128))
        yield case(f"data-of-{len(shape)}-dims-{shape[0]:#x}-missing", Build(ARCH, [tensor]), "bytes are missing")


def layout() -> Iterator[Case]:
    for offset in (1, 8, 16, 31, 33, (1 << 64) - 1):
        build = Build(ARCH, [Tensor("t", offset=offset)], tail=bytes(64))
        yield case(f"offset-{offset:#x}-not-aligned", build, "not aligned to 32")
    yield case("offset-not-aligned-to-64", Build(ARCH, [Tensor("t", offset=32)], alignment=64), "not aligned to 64")
    for offset in (32, 1 << 20, 1 << 40, 1 << 63, (1 << 64) - 32):
        yield case(f"offset-{offset:#x}-beyond-file", Build(ARCH, [Tensor("t", offset=offset)]), "bytes are missing")
    pairs = {
        "same-place": (0, 0),
        "one-row-early": (0, 96),
        "other-order": (96, 0),
        "by-one-alignment": (32, 0),
    }
    for name, (first, second) in pairs.items():
        two = [Tensor("a", offset=first), Tensor("b", offset=second)]
        yield case(f"overlap-{name}", Build(ARCH, two), "overlap")
    hidden = [Tensor("big", (1024,), offset=0), Tensor("in", offset=1024), Tensor("end", offset=4096)]
    yield case("overlap-inside-a-larger-one", Build(ARCH, hidden), "'big' and 'in' overlap")
    yield case("overlap-big-endian", Build(ARCH, [Tensor("a"), Tensor("b", offset=0)], byte_order="big"), "overlap")


def splits() -> Iterator[Case]:
    good: dict[str, Entry] = {
        "split.no": Value("uint16", 0),
        "split.count": Value("uint16", 2),
        "split.tensors.count": Value("int32", 10),
    }
    for key in good:
        rest = {name: value for name, value in good.items() if name != key}
        yield case(f"split-without-{key}", Build(rest, [Tensor("t")]), f"no {key}")
        for wrong in (Value("string", "1"), Value("float32", 1.0), Value("bool", 1)):
            yield case(f"{key}-as-{wrong.kind}", Build({**good, key: wrong}, [Tensor("t")]), "not integers")
    for key, value in (
        ("split.no", Value("uint16", 2)),
        ("split.no", Value("int16", -1)),
        ("split.count", Value("int16", -1)),
        ("split.tensors.count", Value("int32", 0)),
        ("split.tensors.count", Value("int32", -5)),
    ):
        yield case(f"{key}-is-{value.data}", Build({**good, key: value}, [Tensor("t")]), "shard")
