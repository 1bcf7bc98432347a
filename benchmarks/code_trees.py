"""How well the paths of a repository tell what code it holds: the rules of files.yaml against labels given by hand.

    python -m benchmarks.code_trees FOLDER [--wrong]

FOLDER holds bare git repositories as ``owner+name/repo``, such as a developer has fetched; nothing of them is kept here but their
names and our labels. A label says whether the repository holds code for training the model, for preparing its data, for its
evaluation and for running it, as we read its tree and README; instructions in the README count where ``--readme`` is given.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from openness.evidence import code_readme
from openness.evidence.file_rules import FileRules
from openness.knowledge import reader
from openness.rules import loader
from openness.sources.snapshot import FileEntry, document

COMPONENTS = ("training-code", "data-preprocessing-code", "evaluation-code", "inference-code")
#: training, data, evaluation, inference: 1 where the repository holds such code.
LABELS = {
    "EleutherAI/gpt-neox": "1111", "EleutherAI/pythia": "1010", "LLM360/Reasoning360": "1111", "LLaVA-VL/LLaVA-NeXT": "1011",
    "SkyworkAI/Skywork": "1111", "Stability-AI/generative-models": "1001", "allenai/OLMo": "1111",
    "bigcode-project/selfcodealign": "1110", "bigscience-workshop/xmtf": "1110", "huggingface/alignment-handbook": "1000",
    "jzhang38/TinyLlama": "1101", "karpathy/nanoGPT": "1111", "lm-sys/FastChat": "1111", "mlfoundations/dclm": "1110",
    "mlfoundations/open_clip": "1011", "mosaicml/llm-foundry": "1111", "01-ai/Yi": "1011", "baichuan-inc/Baichuan2": "1001",
    "LG-AI-EXAONE/EXAONE-4.0": "0000", "QwenLM/Qwen3": "0011", "SesameAILabs/csm": "0001", "Wan-Video/Wan2.2": "0001",
    "black-forest-labs/flux": "0001", "databricks/dbrx": "0001", "deepseek-ai/DeepSeek-V3": "0001",
    "facebookresearch/segment-anything": "0001", "google/gemma_pytorch": "0001", "ibm-granite/granite-code-models": "0000",
    "meta-llama/llama": "0001", "mistralai/mistral-inference": "0001", "openai/gpt-oss": "0011", "openai/whisper": "0001",
    "state-spaces/mamba": "0011", "xai-org/grok-1": "0001",
}  # fmt: skip

#: Repositories that were fetched and labeled after the rules were written: what the rules are worth where nobody looked.
UNSEEN = {
    "bigscience-workshop/Megatron-DeepSpeed": "1111", "tatsu-lab/stanford_alpaca": "1100", "haotian-liu/LLaVA": "1011",
    "huggingface/smollm": "1111", "OpenLLM-France/Lucie-Training": "1100", "openlm-research/open_llama": "0000",
    "young-geng/EasyLM": "1011", "haoheliu/AudioLDM2": "0001", "microsoft/WaveCoder": "1110",
    "facebookresearch/MobileLLM": "1010", "THUDM/ChatGLM-6B": "1011", "THUDM/CogVideo": "1001", "deepseek-ai/DeepSeek-R1": "0000",
    "Snowflake-Labs/snowflake-arctic": "1001", "yandex/YaLM-100B": "0001", "InternLM/InternLM": "0001",
    "salesforce/CodeGen": "1011", "CompVis/stable-diffusion": "1001", "suno-ai/bark": "0001", "Tencent/HunyuanVideo": "0001",
    "meta-llama/codellama": "0001", "openai/CLIP": "0001", "nomic-ai/gpt4all": "1111",
}  # fmt: skip


def git(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "--git-dir", str(folder), *arguments], capture_output=True, check=True).stdout


def shown(folder: Path, rules: FileRules, words: code_readme.CodeWords | None) -> set[str]:
    """The components that a repository shows."""
    paths = git(folder, "ls-tree", "-r", "--name-only", "HEAD").decode("utf-8", "replace").splitlines()
    found = {row.component for row in rules.shown([FileEntry(path) for path in paths], "code")}
    readme = next((path for path in paths if path.lower() == "readme.md"), None)
    if words is not None and readme is not None:
        facts = code_readme.facts_of(document(readme, "readme", git(folder, "show", f"HEAD:{readme}")), words, listed=False)
        found |= {fact.claim.removeprefix("component:") for fact in facts}
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readme", action="store_true", help="count the instructions of READMEs as well")
    parser.add_argument("--unseen", action="store_true", help="the repositories that were labeled after the rules were written")
    parser.add_argument("--wrong", action="store_true", help="name the repositories that differ")
    options = parser.parse_args()
    rules = reader(loader.load())
    labels = UNSEEN if options.unseen else LABELS
    seen = {}
    for name in labels:
        folder = options.folder / name.replace("/", "+") / "repo"
        if folder.is_dir():
            seen[name] = shown(folder, rules.files, rules.code if options.readme else None)
    print(f"{len(seen)} of {len(labels)} repositories")
    for at, component in enumerate(COMPONENTS):
        right = [name for name in seen if component in seen[name] and labels[name][at] == "1"]
        extra = [name for name in seen if component in seen[name] and labels[name][at] == "0"]
        lost = [name for name in seen if component not in seen[name] and labels[name][at] == "1"]
        precision, recall = len(right) / max(len(right) + len(extra), 1), len(right) / max(len(right) + len(lost), 1)
        print(f"{component}: precision {precision:.2f}, recall {recall:.2f} (n {len(right) + len(lost)})")
        if options.wrong:
            print(f"    too many: {', '.join(extra) or '-'}; missed: {', '.join(lost) or '-'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
