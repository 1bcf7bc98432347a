"""What is fuzzed: each target takes any bytes and does what an audit does with them; only errors of our own may come out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from openness.errors import OpennessError
from openness.evidence import build_claims, chat_template
from openness.identity.families import match
from openness.identity.fingerprint import fingerprint
from openness.identity.signature import disagreements, signature_of
from openness.identity.vectors import layout_of as key_of
from openness.identity.vectors import vectors_of
from openness.printable import printable
from openness.sources import llamafile, ollama, onnx
from openness.sources.build_head import BuildHead, Part, read_head
from openness.sources.build_layout import MLC_CONFIG, Layout, layout_of
from tests.builds import Array, Build, Entry, Tensor, Value


class Target(NamedTuple):
    """``run`` reads the bytes; ``seeds`` are sound or nearly sound inputs, made here so that none need be stored."""

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


def run(name: str, data: bytes) -> None:
    """Run one target. Raises whatever it should not raise; errors of our own end it quietly if they can be printed."""
    try:
        TARGETS[name].run(data)
    except OpennessError as error:
        assert printable(error.message, None) == error.message, error.message  # noqa: PT017


def look_at(head: BuildHead, descriptor: int | None) -> None:
    """Everything that an audit derives from a head before it judges."""
    list(build_claims.facts_of(head.claims, "x", None))
    build_claims.shown_claims(head.claims)
    chat_template.findings(head)
    match(signature_of(head, descriptor))
    disagreements(head)
    if head.tensors is not None and (vectors := vectors_of(head.tensors.tensors)):
        key_of(vectors)
        fingerprint(head.tensors)


def _file(data: bytes, name: str) -> None:
    descriptor = os.memfd_create(name)
    try:
        os.write(descriptor, data)
        path = Path("/nowhere") / name
        look_at(read_head((Part(descriptor, str(path), len(data)),), Layout(path, (path,), path.parent)), descriptor)
    finally:
        os.close(descriptor)


def gguf(data: bytes) -> None:
    _file(data, "model.gguf")


def safetensors_file(data: bytes) -> None:
    _file(data, "model.safetensors")


def onnx_file(data: bytes) -> None:
    _file(data, "model.onnx")
    _descriptor(data, onnx.read_model)


def llamafile_file(data: bytes) -> None:
    _file(data, "model.llamafile")
    _descriptor(data, llamafile.inner_builds)


def _descriptor(data: bytes, read: Callable[[int, int], object]) -> None:
    descriptor = os.memfd_create("x")
    try:
        os.write(descriptor, data)
        read(descriptor, len(data))
    finally:
        os.close(descriptor)


def template(data: bytes) -> None:
    for what, line, quote in chat_template.suspicious(data.decode("utf-8", "replace")):
        assert what and line > 0 and quote


def manifest(data: bytes) -> None:
    """The bytes as a manifest of Ollama, beside two blobs that a sound one names."""
    root = _folder("ollama")
    path = root / "manifests" / "registry.ollama.ai" / "library" / "model" / "latest"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    (root / "blobs").mkdir(exist_ok=True)
    for digest, content in ((DIGEST, b"GGUF"), (OTHER, b"a license")):
        ollama.blob(root, digest).write_bytes(content)
    list(ollama.models(root))
    list(ollama.license_texts(ollama.blob(root, DIGEST)))


def mlc(data: bytes) -> None:
    """The bytes as configuration, a zero byte, and table of an MLC folder with one shard."""
    folder = _folder("mlc")
    config, _, table = data.partition(b"\0")
    (folder / MLC_CONFIG).write_bytes(config)
    (folder / "tensor-cache.json").write_bytes(table)
    (folder / "params_shard_0.bin").write_bytes(bytes(64))
    _laid_out(folder)


def index(data: bytes) -> None:
    """The bytes as configuration, a zero byte, and index of a folder with one safetensors file."""
    folder = _folder("index")
    config, _, table = data.partition(b"\0")
    (folder / "config.json").write_bytes(config)
    (folder / "model.safetensors.index.json").write_bytes(table)
    (folder / "model.safetensors").write_bytes(_safetensors())
    _laid_out(folder)


def _laid_out(path: Path) -> None:
    layout = layout_of(path)
    descriptors = [os.open(file, os.O_RDONLY) for file in layout.files]
    try:
        parts = tuple(Part(fd, str(file), os.fstat(fd).st_size) for fd, file in zip(descriptors, layout.files, strict=True))
        look_at(read_head(parts, layout), None)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


@cache
def _folder(name: str) -> Path:
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix=f"openness-fuzz-{name}-", dir=place))
    import atexit
    import shutil

    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


DIGEST, OTHER = "a" * 64, "b" * 64


def _gguf_seeds() -> list[bytes]:
    metadata: dict[str, Entry] = {
        "general.architecture": Value("string", "llama"),
        "general.license": Value("string", "apache-2.0"),
        "general.base_model.0.repo_url": Value("string", "https://huggingface.co/acme/base"),
        "general.tags": Array("string", ["chat", "en"]),
        "llama.block_count": Value("uint32", 1),
        "llama.embedding_length": Value("float32", 32.0),
        "llama.attention.head_count": Array("int32", [4, 8]),
        "llama.rope.freq_base": Value("float32", 10000.0),
        "tokenizer.ggml.model": Value("string", "gpt2"),
        "tokenizer.ggml.tokens": Array("string", ["<s>", "a", "b"]),
        "tokenizer.chat_template": Value("string", "{{ messages.__class__ }}"),
    }
    tensors = [
        Tensor("token_embd.weight", (32, 3), 8),
        Tensor("blk.0.attn_norm.weight", (32,)),
        Tensor("blk.0.ffn_up.weight", (32, 2), 1),
        Tensor("blk.0.ffn_gate.weight", (32, 2), 30),
    ]
    split: dict[str, Entry] = {**metadata, "split.no": Value("uint16", 0), "split.count": Value("uint16", 2)}
    adapter: dict[str, Entry] = {"general.architecture": Value("string", "llama"), "general.type": Value("string", "adapter")}
    builds = [
        Build(metadata, tensors),
        Build(metadata, tensors, byte_order="big"),
        Build(split, tensors, version=2),
        Build(adapter, [Tensor("blk.0.attn_q.weight.lora_a", (32, 2))]),
        Build({"general.alignment": Value("uint32", 8), **metadata}, tensors[1:2], alignment=None),
    ]
    return [build.encode() for build in builds]


def _safetensors(kind: str = "F32", size: int = 4, more: str = "") -> bytes:
    names = ("model.embed_tokens.weight", "model.layers.0.input_layernorm.weight", "model.norm.weight")
    shapes = ([3, 4], [4], [4])
    entries, at = [], 0
    for name, shape in zip(names, shapes, strict=True):
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        entries.append(f'"{name}":{{"dtype":"{kind}","shape":{shape},"data_offsets":[{at},{at + count * size}]}}')
        at += count * size
    header = ("{" + more + ",".join(entries) + "}").encode()
    return len(header).to_bytes(8, "little") + header + bytes(range(at % 256)) + bytes(at - at % 256)


def _safetensors_seeds() -> list[bytes]:
    return [_safetensors(), _safetensors("BF16", 2), _safetensors(more='"__metadata__":{"license":"mit","format":"pt"},')]


def _onnx_seeds() -> list[bytes]:
    from tests.sources.test_build_formats import onnx_bytes

    return [onnx_bytes()]


def _llamafile_seeds() -> list[bytes]:
    import io
    import zipfile

    found = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        stream = io.BytesIO()
        stream.write(b"MZqFpD='\n" + bytes(100))
        with zipfile.ZipFile(stream, "a", method) as archive:
            archive.writestr("model.gguf", _gguf_seeds()[0])
            archive.writestr(".args", "-m\nmodel.gguf\n")
        found.append(stream.getvalue())
    return found


def _template_seeds() -> list[bytes]:
    return [
        b"{% for m in messages %}{{ m['role'] }}: {{ m.content | trim }}{% endfor %}",
        b"{{ ''.__class__.__mro__[1] }}{% include 'x' %}{{ cycler | attr(\"\\x5f\\x5finit\\x5f\\x5f\") }}",
        b"{{ os.system('x') }}{{ 'a\\'b' ~ \"c\\\"d\" }}",
    ]


def _manifest_seeds() -> list[bytes]:
    layers = ",".join(
        f'{{"mediaType":"{ollama.MEDIA}{kind}","digest":"sha256:{digest}","size":4}}'
        for kind, digest in (("model", DIGEST), ("license", OTHER))
    )
    return [f'{{"schemaVersion":2,"config":{{"digest":"sha256:{OTHER}"}},"layers":[{layers}]}}'.encode()]


def _mlc_seeds() -> list[bytes]:
    entry = '{"name":"%s","shape":[16],"dtype":"float32","format":"f32-to-bf16","byteOffset":%d,"nbytes":32}'
    records = ",".join(
        entry % (name, at) for name, at in (("model.layers.0.input_layernorm.weight", 0), ("model.norm.weight", 32))
    )
    table = f'{{"metadata":{{}},"records":[{{"dataPath":"params_shard_0.bin","nbytes":64,"records":[{records}]}}]}}'
    config = '{"model_type":"llama","quantization":"q4f16_1","model_config":{"hidden_size":16,"num_hidden_layers":1}}'
    return [f"{config}\0{table}".encode()]


def _index_seeds() -> list[bytes]:
    config = '{"model_type":"llama","hidden_size":4,"quantization_config":{"quant_method":"gptq"},"_name_or_path":"acme/base"}'
    return [f'{config}\0{{"metadata":{{}},"weight_map":{{"model.norm.weight":"model.safetensors"}}}}'.encode()]


TARGETS: dict[str, Target] = {
    "gguf": Target(gguf, _gguf_seeds),
    "safetensors": Target(safetensors_file, _safetensors_seeds),
    "onnx": Target(onnx_file, _onnx_seeds),
    "llamafile": Target(llamafile_file, _llamafile_seeds),
    "ollama": Target(manifest, _manifest_seeds),
    "mlc": Target(mlc, _mlc_seeds),
    "index": Target(index, _index_seeds),
    "template": Target(template, _template_seeds),
}
