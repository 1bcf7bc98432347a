"""Lineage judged on evidence made by hand: tags against texts, teachers, documented bases, hashes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from openness import knowledge
from openness.evidence.repository_evidence import Link, LinkKind, RepositoryEvidence
from openness.records import Fact, Finding, Place, Standing
from openness.rules.leaks import Leak, Leaks
from openness.sources.snapshot import Reference
from openness.verdict import classification, rights
from openness.verdict.classified import Classification
from openness.verdict.own_terms import OwnTerms
from tests.verdict.lineage_world import RULES

KNOWLEDGE = knowledge.knowledge(RULES)


def fact(id: str, claim: str, value: Any, standing: Standing = Standing.CARD) -> Fact:
    return Fact(id, claim, value, str(value), standing, Place(id.split(":")[1] if ":" in id else id))


def published(component: str) -> Fact:
    return fact(f"files:{component}", f"component:{component}", {"availability": "published", "kind": "files", "address": ""})


def repository(name: str, *facts: Fact, links: Iterable[Link] = ()) -> RepositoryEvidence:
    return RepositoryEvidence(
        "hub-model", name, name, facts=(published("parameters-final"), *facts), links=tuple(links), complete=True
    )


def link(kind: LinkKind, name: str, fact_id: str, relation: str = "") -> Link:
    return Link(kind, Reference("hub-model", name), fact_id, relation)


def classify(model: RepositoryEvidence, *others: RepositoryEvidence) -> Classification:
    by_name = {evidence.name.casefold(): evidence for evidence in others}
    return classification.classify(
        model.name, model, others, lambda link: by_name.get(link.target.name.casefold()), KNOWLEDGE, ["mof-1.0"]
    )


def licensed(name: str, id: str, *facts: Fact, links: Iterable[Link] = ()) -> RepositoryEvidence:
    return repository(name, fact("card:README.md:license", "license", id), *facts, links=links)


def finding(result: Classification, rule: str) -> Finding:
    (found,) = [found for found in result.findings if found.rule == rule]
    return found


def test_c28_a_business_source_text_contradicts_the_tag_of_boost_and_settles_it() -> None:
    tag = fact("card:README.md:license", "license", "bsl-1.0")
    text = fact("text:LICENSE", "license-text", ("busl-1.1",), Standing.TEXT)
    result = classify(repository("tall-pine/ore-1b", tag, text))
    assert [(found.about, found.settled_by) for found in result.contradictions] == [("license", "text:LICENSE")]
    assert result.result.category == "unverified"


def taught(teacher: str, license: str, *facts: Fact, own: str = "apache-2.0") -> Classification:
    stated = fact("prose:README.md:teacher-stated:9", "teacher-stated", teacher)
    base = link("base", "open-field/grain", "card:README.md:license", "finetune")
    model = licensed("loud-lab/pupil", own, stated, *facts, links=[link("teacher", teacher, stated.id), base])
    return classify(model, licensed(teacher, license), licensed("open-field/grain", "apache-2.0"))


def test_c15_llama_3_may_teach_no_other_language_model() -> None:
    result = taught("tall-pine/base-8b", "llama3")
    assert finding(result, "teacher-terms").effect == "lowers"
    assert (result.result.category, result.result.sub_label) == ("source-available", "open-weights")


def test_c16_a_model_distilled_from_gemma_3_stays_under_its_terms() -> None:
    result = taught("tall-pine/opal", "gemma-2025-03", fact("tag:README.md:distilled", "distilled", True))
    assert finding(result, "teacher-terms").effect == "lowers"
    assert ("gemma-2025-03", "tall-pine/opal") in [(license.id, license.source) for license in result.licenses]
    assert ("tall-pine/opal", "teacher") in [(entry.model, entry.relation) for entry in result.lineage]
    assert (result.result.category, result.result.sub_label) == ("source-available", "custom-license")


def test_c16_without_a_word_of_distilling_it_is_a_question_and_binds_nothing() -> None:
    result = taught("tall-pine/opal", "gemma-2025-03")
    assert [found.effect for found in result.findings if found.rule == "teacher-terms"] == []
    assert "gemma-2025-03" not in [license.id for license in result.licenses]


def test_c29_grok_2_says_two_things_of_outputs_and_both_are_shown() -> None:
    found = finding(taught("tall-pine/grok", "grok-2-community"), "teacher-terms")
    assert found.effect == "unknown"
    assert "§2.b" in found.message and "§4" in found.message


def test_a_teacher_of_llama_3_1_asks_for_the_prefix() -> None:
    assert finding(taught("tall-pine/base-8b", "llama3.1"), "name-prefix-kept").effect == "asks"


def test_an_open_teacher_asks_nothing() -> None:
    assert [found for found in taught("open-field/elder", "apache-2.0").findings if found.rule == "teacher-terms"] == []


def test_a_teacher_that_nobody_knows_is_a_question() -> None:
    stated = fact("prose:README.md:teacher-stated:9", "teacher-stated", "Zorblax 9000")
    assert finding(classify(licensed("loud-lab/pupil", "mit", stated)), "teacher-terms-known").effect == "asks"


def test_a_teacher_that_is_also_the_base_is_bound_by_one_license() -> None:
    stated = fact("prose:README.md:teacher-stated:9", "teacher-stated", "tall-pine/base-8b")
    base = fact("card:README.md:base_model", "base-model", "tall-pine/base-8b")
    links = [link("teacher", "tall-pine/base-8b", stated.id), link("base", "tall-pine/base-8b", base.id, "finetune")]
    result = classify(licensed("loud-lab/pupil", "llama3", stated, base, links=links), licensed("tall-pine/base-8b", "llama3"))
    assert [found for found in result.findings if found.rule == "teacher-terms"] == []


OPEN = (
    published("training-code"), published("datasets"), published("data-card"), published("training-recipe"), published("technical-report"),
    published("evaluation-results"),
)  # fmt: skip


def fine_tune(base: str, *others: RepositoryEvidence, owner: str = "loud-lab") -> Classification:
    stated = fact("card:README.md:base_model", "base-model", base)
    model = licensed(f"{owner}/tuned", "apache-2.0", stated, *OPEN, links=[link("base", base, stated.id, "finetune")])
    return classify(model, *others)


def test_a_fine_tune_of_a_documented_base_is_fully_open() -> None:
    assert fine_tune("open-field/grain", licensed("open-field/grain", "apache-2.0", *OPEN)).result.category == "fully-open"


def test_a_fine_tune_of_a_base_without_code_and_data_is_not() -> None:
    result = fine_tune("open-field/grain", licensed("open-field/grain", "apache-2.0")).result
    assert (result.category, result.sub_label) == ("source-available", "open-weights")


def test_a_documented_base_of_an_undocumented_base_does_not_help() -> None:
    stated = fact("card:README.md:base_model", "base-model", "open-field/root")
    middle = licensed("open-field/grain", "apache-2.0", *OPEN, links=[link("base", "open-field/root", stated.id)])
    root = licensed("open-field/root", "apache-2.0")
    assert fine_tune("open-field/grain", middle, root).result.category == "source-available"
    assert fine_tune("open-field/grain", middle, licensed("open-field/root", "apache-2.0", *OPEN)).result.category == "fully-open"


def test_of_a_base_that_cannot_be_read_a_source_may_say_that_its_data_are_documented() -> None:
    assert fine_tune("EleutherAI/pythia-12b-deduped").result.category == "fully-open"
    assert fine_tune("mistralai/Mistral-7B-v0.1").result.category == "source-available"


def test_an_own_stage_by_name_follows_the_data_of_the_model() -> None:
    stated = fact("prose:README.md:base-stated:8", "base-stated", "Tuned-Base")
    assert classify(licensed("loud-lab/tuned", "apache-2.0", stated, *OPEN)).result.category == "fully-open"
    bare = [row for row in OPEN if row.id not in ("files:datasets", "files:data-card")]
    assert classify(licensed("loud-lab/tuned", "apache-2.0", stated, *bare)).result.category == "source-available"


def test_a_base_whose_place_is_open_keeps_a_model_from_being_fully_open() -> None:
    stated = fact("prose:README.md:base-stated:8", "base-stated", "Zorblax")
    assert classify(licensed("loud-lab/tuned", "apache-2.0", stated, *OPEN)).result.category == "source-available"


def test_more_bases_than_the_walk_reaches_are_unresolved_and_said() -> None:
    stated = fact("card:README.md:base_model", "base-model", [f"open-field/m{n}" for n in range(100)])
    links = [link("base", f"open-field/m{n}", stated.id, "merge") for n in range(100)]
    read = [licensed(f"open-field/m{n}", "mit") for n in range(60)]
    result = classify(licensed("loud-lab/sum", "mit", stated, links=links), *read)
    assert result.result.category == "unverified"
    assert sum(found.rule == "base-terms-known" for found in result.findings) == 40


@pytest.mark.parametrize("hashes", [["ab" * 32], ["AB" * 32]])
def test_a_leak_is_known_by_the_hash_of_a_file_under_any_name(hashes: list[str]) -> None:
    leaks = Leaks((Leak("x", "Holder", "weights", "https://example.org", "2026-01-01", sha256=("ab" * 32,)),))
    model = licensed("quiet/anything", "mit", fact("files:sha256", "weights-sha256", hashes))
    assert rights.signs(model, (), lambda evidence: OwnTerms(), leaks).leaked


def test_the_name_of_a_leak_is_matched_from_its_beginning() -> None:
    leaks = Leaks((Leak("x", "Holder", "weights", "https://example.org", "2026-01-01", names=("grue-1-70b*",)),))
    assert leaks.of_model("anybody/Grue-1-70B-GGUF") and not leaks.of_model("anybody/not-grue-1-70b")
