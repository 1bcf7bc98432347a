"""Models of our own making for the report: a merge of restricted bases that was quantized again, and a hostile one."""

from __future__ import annotations

from tests.loopback import World

WEIGHTS = {"model.safetensors": b"\0"}
MERGE, QUANT = "quiet-mixes/lark-8b", "tiny-quants/lark-8b-GGUF"
#: Two restricted bases under one maker's apache-2.0, then mit.
CARDS = {
    "meta-llama/Llama-3.1-8B": "license: llama3.1",
    "heron-lab/wren-nc-8b": "license: cc-by-nc-4.0\nbase_model: meta-llama/Llama-3.1-8B\nbase_model_relation: finetune",
    "heron-lab/kestrel-8b": "license: llama3.1\nbase_model: meta-llama/Llama-3.1-8B\nbase_model_relation: finetune",
    MERGE: "license: apache-2.0\nbase_model: [heron-lab/wren-nc-8b, heron-lab/kestrel-8b]\nbase_model_relation: merge",
    QUANT: f"license: mit\nbase_model: {MERGE}\nbase_model_relation: quantized",
}
#: Each tries to break out of another context: HTML, attributes, scripts, links, terminals, Markdown, direction of writing.
ATTACKS = (
    "<script>window.hit=1</script>",
    '"><img src=x onerror="window.hit=2">',
    "'-alert(1)-'",
    "javascript:window.hit=3",
    "</style><script>window.hit=4</script>",
    "--><svg onload=window.hit=5>",
    "{{ 7*7 }}{% raw %}",
    "\x1b[31mred\x07",
    "\u202egnp.exe\u2066",
    "](javascript:window.hit=6)",
    "a" * 10_000,
)


def world() -> World:
    """The cases, and the merge with its bases and its quantized copy."""
    made = World.of_cases()
    for name, front in CARDS.items():
        made.add("models", name, {"README.md": f"---\n{front}\n---\n# {name}\n", **WEIGHTS})
    return made


def hostile_card(attack: str) -> str:
    """A card with the attack in every field that is read. YAML in double quotes takes any character escaped."""
    quoted = '"' + "".join(f"\\U{ord(c):08x}" for c in attack) + '"'
    front = "\n".join([
        f"license_name: {quoted}", "license: other", f"license_link: {quoted}", f"base_model: [{quoted}, x/{'y' * 30}]",
        f"datasets: [{quoted}]", f"language: [{quoted}]", f"tags: [{quoted}]", f"title: {quoted}",
    ])  # fmt: skip
    prose = attack.replace("\n", " ")
    return f"""---
{front}
---
# {prose}
License: {prose}
The weights are released under the {prose} license. Code: [{prose}]({prose}) and https://github.com/{prose}
Trained on {prose}. Fine-tuned from {prose}. Paper: <{prose}>
"""
