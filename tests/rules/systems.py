"""The systems of OSI's validation of its definition (criteria.md section 2) as sets of evidence."""

from __future__ import annotations

from tests.rules.cases import all_of

BASE = all_of("model-architecture", "training-code", "inference-code", "evaluation-code", "data-preprocessing-code", "model-card")
OPEN = BASE | all_of("parameters-final", "datasets", "data-card", "evaluation-results")
PASSES = {
    "pythia": OPEN | {"datasets": "", "research-paper": "cc-by-sa-4.0", "training-code": "mit", "parameters-intermediate": "="},
    "olmo": OPEN | {"datasets": "odc-by", "research-paper": "cc-by-4.0", "parameters-intermediate": "="},
    "amber": OPEN | {"datasets": "mit", "technical-report": "=", "research-paper": ""},
    "crystalcoder": OPEN | {"datasets": "none", "data-card": "none", "research-paper": "none", "model-card": "none"},
    "t5": OPEN | {"datasets": "odc-by", "data-card": "", "research-paper": "cc-by-4.0"},
}
WOULD_PASS = {
    "bloom": (OPEN | {"parameters-final": "bigscience-bloom-rail-1.0", "research-paper": "cc-by-4.0"}, "freedom-to-use"),
    "starcoder2": (OPEN | {"parameters-final": "bigcode-openrail-m", "datasets": ""}, "freedom-to-use"),
    "falcon": (OPEN | {"parameters-final": "falcon-180b", "datasets": "odc-by"}, "parameters-terms"),
}
FAILS = {
    "llama-2": {"model-architecture": "llama-2", "parameters-final": "llama-2", "research-paper": "none"},
    "grok": all_of("model-architecture", "parameters-final", "inference-code"),
    "phi-2": all_of("model-architecture", "parameters-final", "model-card", license="mit"),
    "mixtral": all_of("model-architecture", "parameters-final", "inference-code", "model-card") | {"research-paper": "cc-by-4.0"},
}
