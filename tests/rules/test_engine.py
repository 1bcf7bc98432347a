"""The engine as a function of clauses and facts: what each answer means, and that restrictions only ever add up."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.records import Permission
from openness.rules import declared, loader
from openness.rules.engine import judge
from openness.rules.model import Clause, License, LicenseText
from openness.verdict.stack import all_of, best_of, judge_license

RULES = loader.load()
USES = list(RULES.vocabulary.uses)
READ = [id for id in RULES.license_ids if RULES.license(id).text.was_read]
CLAUSES = [clause for id in READ for clause in RULES.license(id).clauses]
FACTS = st.lists(
    st.sampled_from(
        ["mau=1000", "mau=9e8", "mau_at_release=5", "revenue=1e5USD", "revenue=3e9USD", "region=DE", "region=US", "seat=DE",
         "modality=text", "modality=multimodal", "purpose=commercial", "purpose=military", "competitor=no", "competitor=yes",
         "registered=yes", "distributed=no", "license=mit", "entity=company", "target=classifier", "modified=no"]
    ),
    max_size=6,
    unique_by=lambda pair: pair.partition("=")[0],
)  # fmt: skip


def license_of(*clauses: Clause) -> License:
    text = LicenseText("whole", sha256="0" * 64)
    return License("made-up", "LicenseRef-made-up", "Made up", "", "", "open", (), {}, text, "2026-11-24", "made up", clauses)


GRANT = Clause("GRANT", "1", "Everything is granted here.", {"rights": ["use", "modify", "distribute", "sublicense"]})


def verdict(license: License, use: str, *facts: str) -> Permission:
    return judge(license, use, declared.parse(facts, RULES), RULES.types, RULES.vocabulary).verdict


@given(st.sampled_from(USES), st.lists(st.sampled_from(CLAUSES), max_size=5), st.sampled_from(CLAUSES), FACTS)
def test_adding_a_clause_never_improves_a_verdict(use: str, clauses: list[Clause], more: Clause, facts: list[str]) -> None:
    before = verdict(license_of(GRANT, *clauses), use, *facts)
    assert verdict(license_of(GRANT, *clauses, more), use, *facts).rank >= before.rank


@given(st.sampled_from(USES), st.permutations(range(6)), st.lists(st.sampled_from(CLAUSES), min_size=6, max_size=6), FACTS)
def test_the_order_of_clauses_never_matters(use: str, order: list[int], clauses: list[Clause], facts: list[str]) -> None:
    shuffled = [clauses[n] for n in order]
    assert verdict(license_of(GRANT, *clauses), use, *facts) is verdict(license_of(*shuffled, GRANT), use, *facts)


@given(st.sampled_from(USES), st.lists(st.sampled_from(READ), min_size=1, max_size=4), st.sampled_from(READ), FACTS)
def test_a_further_license_in_a_stack_never_improves_it(use: str, ids: list[str], more: str, facts: list[str]) -> None:
    known = declared.parse(facts, RULES)
    parts = [judge_license(id, use, known, RULES) for id in ids]
    extra = judge_license(more, use, known, RULES)
    assert all_of([*parts, extra], use).verdict.rank >= all_of(parts, use).verdict.rank
    assert best_of([*parts, extra]).verdict.rank <= best_of(parts).verdict.rank


@given(st.sampled_from(READ), st.sampled_from(USES), FACTS)
def test_every_verdict_shows_a_reason_and_every_question_can_be_answered(id: str, use: str, facts: list[str]) -> None:
    result = judge_license(id, use, declared.parse(facts, RULES), RULES)
    assert result.reasons
    if result.verdict is Permission.NEEDS_ANSWER:
        assert result.questions
        assert all(q.declare.startswith("--declare ") or q.fact == "" for q in result.questions)
        assert result.once_answered is not None and result.once_answered.rank <= result.verdict.rank


def test_a_license_that_grants_nothing_is_unknown() -> None:
    policy = Clause("USE_POLICY", "1", "A list of barred purposes.", {"form": "in-text"})
    assert verdict(license_of(policy), "internal") is Permission.UNKNOWN


def threshold(**test: Any) -> License:
    whole = {"measure": "revenue", "op": ">", "value": 1_000_000, "currency": "USD", "period": "year", **test}
    return license_of(
        GRANT, Clause("SCALE_THRESHOLD", "2", "Above the limit all rights end.", {"tests": [whole], "result": "suspend"})
    )


@pytest.mark.parametrize(
    ("op", "fact", "expected"),
    [(">", "1e6USD", "permitted"), (">=", "1e6USD", "denied"), (">", "1000001USD", "denied"), (">", "2e6USD/month", "denied"),
     (">", "10000USD/month", "permitted"), (">", "100EUR", "permitted"), (">", "1e6EUR", "needs-answer"), (">", "1e8EUR", "denied")],
)  # fmt: skip
def test_thresholds_are_exact_at_the_limit_and_ask_when_the_currency_leaves_it_open(op: str, fact: str, expected: str) -> None:
    assert verdict(threshold(op=op), "internal", f"revenue={fact}") == expected


@pytest.mark.parametrize(
    ("scope", "fact", "expected"),
    [("affiliates", "9e5USD", "permitted"), ("affiliates", "6e7USD", "denied"), ("affiliates", "2e6USD", "needs-answer"),
     ("product", "6e7USD", "needs-answer"), ("product", "9e5USD", "permitted")],
)  # fmt: skip
def test_an_annual_group_figure_does_not_answer_a_monthly_product_test(scope: str, fact: str, expected: str) -> None:
    assert verdict(threshold(period="month", scope=scope), "internal", f"revenue={fact}") == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [([], "needs-answer"), (["mau=100"], "permitted"), (["mau=9e8"], "needs-answer"), (["mau=9e8", "mau_at_release=0"], "permitted"),
     (["mau=1", "mau_at_release=8e8"], "denied"), (["mau_at_release=7e8"], "permitted")],
)  # fmt: skip
def test_a_historic_threshold_is_answered_by_a_small_figure_of_today_only(facts: list[str], expected: str) -> None:
    license = threshold(measure="mau", value=700_000_000, anchor="release", date="2024-04-18", period="month")
    assert verdict(license, "research", *facts) == expected


@pytest.mark.parametrize(("seat", "expected"), [("DE", "denied"), ("EU", "denied"), ("US", "permitted"), ("CH", "permitted")])
def test_the_eu_is_its_member_states(seat: str, expected: str) -> None:
    clause = Clause("TERRITORY", "3", "Not in the EU by seat.", {"exclude": ["EU"], "basis": "seat", "models": "all"})
    assert verdict(license_of(GRANT, clause), "product", f"seat={seat}") == expected


def test_a_topic_that_a_policy_bars_denies_every_use() -> None:
    clause = Clause("USE_POLICY", "4", "No military use at all.", {"form": "in-text", "denied_topics": ["military"]})
    assert {verdict(license_of(GRANT, clause), use, "purpose=military") for use in USES} == {Permission.DENIED}


def test_records_are_immutable() -> None:
    with pytest.raises(AttributeError):
        GRANT.section = "2"  # type: ignore[misc]
    assert msgspec.structs.replace(GRANT, section="2").section == "2"


@pytest.mark.parametrize(
    ("pair", "same"), [("entity=for-profit", "entity=company"), ("change=abliterated", "change=safety-removed")]
)
def test_a_synonym_declares_the_same_fact(pair: str, same: str) -> None:
    assert declared.parse([pair], RULES) == declared.parse([same], RULES)
