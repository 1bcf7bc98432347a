"""Tables of models of our own making, and the real classification of each row as the oracle of a sweep."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as arrow
from pyarrow import parquet

from openness import classifying
from openness.records import Absent
from openness.rules import loader
from openness.sources.hub_fields import described, siblings
from openness.sources.snapshot import Reference, RepositorySnapshot, nothing

TEXT, MANY = arrow.string(), arrow.list_(arrow.string())
SCHEMA = arrow.schema({
    "id": TEXT, "tags": MANY, "cardData": TEXT, "siblings": MANY,
    "baseModels": arrow.struct({"relation": TEXT, "models": arrow.list_(arrow.struct({"_id": TEXT, "id": TEXT}))}),
})  # fmt: skip
WEIGHTS = ["README.md", "config.json", "model.safetensors"]
Row = dict[str, Any]


def row(id: str | None, card: Any = None, tags: Iterable[str] = (), files: Iterable[str] | None = WEIGHTS, **more: Any) -> Row:
    """A row. ``card`` is a mapping, or the text as it stands; ``bases`` and ``relation`` make ``baseModels``."""
    bases, relation = more.pop("bases", None), more.pop("relation", None)
    text = card if card is None or isinstance(card, str) else json.dumps(card)
    models = None if bases is None else {"relation": relation, "models": [{"_id": "x", "id": base} for base in bases]}
    return {"id": id, "tags": list(tags), "cardData": text, "siblings": None if files is None else list(files),
            "baseModels": models, **more}  # fmt: skip


def stated(id: str, license: str, **more: Any) -> Row:
    """A row whose card and tag state one license, as on the Hub."""
    return row(id, {"license": license, **more.pop("card", {})}, [f"license:{license}", *more.pop("tags", ())], **more)


def table(path: Path, rows: Sequence[Row], schema: arrow.Schema = SCHEMA, group: int = 50) -> Path:
    parquet.write_table(arrow.Table.from_pylist(list(rows), schema=schema), path, row_group_size=group)
    return path


def read(path: Path) -> list[Row]:
    return list(parquet.read_table(path).to_pylist())


class TableSource:
    """Answers for the models of a table as the Hub would of their metadata, without any document."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: dict[str, Row] = {}
        for found in rows:
            if found["id"] is not None:
                self._rows.setdefault(found["id"].casefold(), found)

    def fetch(self, reference: Reference) -> RepositorySnapshot:
        found = self._rows.get(reference.name.casefold()) if reference.kind == "hub-model" else None
        if found is None:
            return nothing(reference, Absent(reference.name, "missing", "not in the table"))
        data = {
            "id": found["id"],
            "tags": found["tags"],
            "baseModels": found["baseModels"],
            "cardData": parsed(found["cardData"]),
        }
        files, stopped = siblings([{"rfilename": name} for name in found["siblings"]])
        return described("hub-model", found["id"], data, "https://huggingface.co", files, stopped)


def parsed(card: str | None) -> Any:
    try:
        return json.loads(card) if card else None
    except ValueError:
        return None


def classified(rows: Sequence[Row], names: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Category, sub-label and contradictions of each named model, as ``openness classify`` has them."""
    source, ruleset = TableSource(rows), loader.load()
    found = {}
    for name in names:
        result = classifying.classify(Reference("hub-model", name), source, ruleset).result
        about = sorted({contradiction.about for contradiction in result.contradictions})
        found[name] = (result.result.category, result.result.sub_label, about)
    return found


def swept(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """The same of the rows that a sweep wrote."""
    return {found["id"]: (found["category"], found["sub_label"], sorted(found["contradictions"])) for found in rows}


#: Without licenses that bar changed versions: of a base reached by a copy and by a change a sweep counts the change, a single
#: classification the nearer of the two (docs/sweep.md).
LICENSES = (
    "apache-2.0", "mit", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "llama3", "gemma", "openrail", "other", "unknown", "MIT",
    "creativeml-openrail-m", "gpl-3.0", "no-such-license", "apple-amlr",
)  # fmt: skip
NAMES = ("qwen", "some-research-license", "our-own-terms", "cohere", "", "MIT", "deepseek")
FILES: tuple[list[str], ...] = (WEIGHTS, ["model.Q4_K_M.gguf", "README.md"], ["README.md"], [], ["optimizer.pt"], ["optimizer.pt", "m.bin"],
         ["checkpoint-5/model.safetensors"], ["train.py", "modeling_x.py", "m.safetensors", "training_args.bin"])  # fmt: skip
RELATIONS = ("finetune", "quantized", "adapter", "merge", None, "Quantized", "odd")
ODD: tuple[Any, ...] = (5, True, [], {}, ["mit", "gpl-3.0"], [3], {"name": "mit"}, [{"id": "mit"}], "", "none", 1.5, [["mit"]])
OWNERS = ("ann", "bob", "cy", "deepseek-ai", "mistralai")


def random_rows(seed: int, count: int) -> list[Row]:
    """A table in which everything goes wrong that can: drifting and missing licenses, tags that differ, bases that are missing,
    themselves, in circles, stated in words, in links or as other types, and names of known releases."""
    chance = random.Random(seed)
    names = [f"{chance.choice(OWNERS)}/{chance.choice(('model', 'mistral-7b', 'llama-2-7b', 'x'))}-{n}" for n in range(count)]
    names = [f"{name}{chance.choice(('', '', '-GGUF', '-awq'))}" for name in names]
    rows = []
    for name in names:
        card: dict[str, Any] = {}
        tags = ["region:us"]
        if chance.random() < 0.7:
            license = chance.choice(LICENSES)
            card["license"] = license if chance.random() < 0.85 else chance.choice(ODD)
            if chance.random() < 0.9:
                tags.append(f"license:{license if chance.random() < 0.9 else chance.choice(LICENSES)}")
            if license == "other" and chance.random() < 0.8:
                card["license_name"] = chance.choice(NAMES)
                card["license_link"] = chance.choice((f"https://huggingface.co/{name}/blob/main/LICENSE", "LICENSE", 7))
        more: dict[str, Any] = {}
        if chance.random() < 0.6:
            bases = [chance.choice(names) for _ in range(chance.choice((1, 1, 1, 2, 4)))]
            bases += [chance.choice(("gone/away", "meta-llama/Llama-2-7b-hf", name))] * (chance.random() < 0.2)
            relation = chance.choice(RELATIONS)
            if chance.random() < 0.8:
                more = {"bases": bases, "relation": relation}
            else:
                tags += [tag for base in bases for tag in (f"base_model:{base}", f"base_model:{relation or 'finetune'}:{base}")]
            card["base_model"] = bases if len(bases) > 1 or chance.random() < 0.5 else bases[0]
            if chance.random() < 0.15:
                words: tuple[Any, ...] = (
                    "Llama 2 7B",
                    "https://huggingface.co/ann/x-1",
                    "./local/path",
                    "Mistral-7B",
                    "none",
                    9,
                    [],
                    {"id": "bob/y"},
                )
                card["base_model"] = chance.choice(words)
            if chance.random() < 0.2:
                card["base_model_relation"] = chance.choice(RELATIONS)
        if chance.random() < 0.1:
            card["datasets"] = ["a/b"]
        text: Any = None if chance.random() < 0.05 else card
        if chance.random() < 0.05:
            text = chance.choice(("{", "[]", "null", '{"license": NaN}', '{"license": "mit"', "5"))
        rows.append(row(name, text, tags, chance.choice(FILES) if chance.random() < 0.3 else WEIGHTS, **more))
    return rows
