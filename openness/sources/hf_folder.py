"""Safetensors files with the configuration beside them, as Hugging Face repositories lay them out, quantized or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from openness.errors import BuildError
from openness.printable import printable
from openness.sources.build_format import SAFETENSORS
from openness.sources.build_head import BuildHead, Part, safetensors_source
from openness.sources.build_layout import Layout

#: ``model_type`` of config.json → ``general.architecture`` of GGUF, where the two differ
#: (conversion/*.py of llama.cpp, sdist llama-cpp-python 0.3.36).
ARCHITECTURES = {
    "mistral": "llama", "mixtral": "llama", "phi": "phi2", "gemma3_text": "gemma3", "gpt_neox": "gptneox", "gpt2": "gpt2",
    "gpt_bigcode": "starcoder", "cohere": "command-r", "bert": "bert", "deepseek_v2": "deepseek2", "deepseek_v3": "deepseek2",
    "qwen2_moe": "qwen2moe", "qwen3_moe": "qwen3moe", "smollm3": "smollm3", "olmo2": "olmo2", "gpt_oss": "gpt-oss",
    "stablelm": "stablelm", "RefinedWeb": "falcon", "RefinedWebModel": "falcon",
}  # fmt: skip
#: Field of config.json → name in GGUF without its prefix.
SHAPES = {
    "num_hidden_layers": "block_count", "n_layer": "block_count", "hidden_size": "embedding_length", "n_embd": "embedding_length",
    "intermediate_size": "feed_forward_length", "n_inner": "feed_forward_length", "num_attention_heads": "attention.head_count",
    "n_head": "attention.head_count", "num_key_value_heads": "attention.head_count_kv", "vocab_size": "vocab_size",
    "max_position_embeddings": "context_length", "n_positions": "context_length", "rope_theta": "rope.freq_base",
    "head_dim": "attention.key_length", "num_local_experts": "expert_count", "num_experts": "expert_count",
    "n_routed_experts": "expert_count",
}  # fmt: skip
_INTEGER_LIMIT = 1 << 40


def read_head(parts: Sequence[Part], layout: Layout) -> BuildHead:
    """The head of a build in safetensors. Raises BuildError."""
    tensors, metadata = safetensors_source(parts)
    if not tensors.tensors:
        raise BuildError("the safetensors file holds no tensors; fetch it again")
    architecture, shapes = config_shapes(layout.config)
    types = Counter(tensor.kind for tensor in tensors.tensors.values())
    adapter = any(".lora_A." in name or name.endswith(".lora_A") for name in tensors.tensors)
    claims: dict[str, Any] = dict(config_claims(layout.config))
    claims.update({f"safetensors.{key}": value for key, value in metadata.items() if key != "license"})
    if "license" in metadata:
        claims["general.license"] = metadata["license"]
    return BuildHead(
        format=layout.form or SAFETENSORS,
        role="lora" if adapter else "model",
        architecture=architecture,
        tensor_types=dict(types.most_common()),
        claims=claims,
        shapes=shapes,
        tensors=tensors,
    )


def config_shapes(config: Mapping[str, Any]) -> tuple[str | None, dict[str, int | float]]:
    """Architecture and shapes as GGUF would name them; of a multimodal model those of its text part."""
    inner = config.get("text_config")
    text: Mapping[str, Any] = {**config, **inner} if isinstance(inner, dict) else config
    kind = text.get("model_type")
    shapes: dict[str, int | float] = {}
    for field, name in SHAPES.items():
        value = text.get(field)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < _INTEGER_LIMIT:
            shapes.setdefault(name, value)
    if not isinstance(kind, str):
        return None, shapes
    return ARCHITECTURES.get(kind, printable(kind, 64)), shapes


def config_claims(config: Mapping[str, Any]) -> dict[str, str]:
    """What config.json says of where the model comes from, under GGUF's names."""
    name = config.get("_name_or_path")
    plain = isinstance(name, str) and name.count("/") == 1 and not name.startswith(("/", "."))
    return {"general.base_model.0.name": printable(str(name), 200)} if plain else {}
