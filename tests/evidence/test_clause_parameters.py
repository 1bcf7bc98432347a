"""What detected clauses say in particular: figures, places, purposes, names. All sentences are of our own making."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.evidence.clauses import ClausePatterns, DetectedClause, detect
from openness.packaged import packaged
from openness.rules.loader import read_yaml
from openness.rules.patterns import clause_patterns
from openness.rules.schema import clause_problems

PATTERNS = ClausePatterns(clause_patterns(packaged("rules")))
CLAUSES = {row["id"]: row for row in read_yaml(packaged("rules") / "clauses.yaml")["types"]}
USES = read_yaml(packaged("rules") / "uses.yaml")


def only(type: str, text: str) -> DetectedClause:
    found = [clause for clause in detect(text, PATTERNS) if clause.type == type]
    assert len(found) == 1, found
    return found[0]


def limit(text: str) -> dict[str, Any]:
    (test,) = only("SCALE_THRESHOLD", text).params["tests"]
    return dict(test)


@pytest.mark.parametrize(
    ("text", "measure", "op", "value"),
    [
        ("You must ask us for a license above 2 million monthly active users.", "mau", ">", 2_000_000),
        ("The license ends when you reach 50,000 monthly active users.", "mau", ">=", 50_000),
        ("Free for entities with fewer than 700 million monthly active users.", "mau", ">=", 700_000_000),
        ("Free for companies with up to 250 employees; others need a license.", "employees", ">", 250),
        ("If your company employs over 1.000 people, a license is needed.", "employees", ">", 1000),
        ("More than one million daily active users require a license.", "dau", ">", 1_000_000),
        ("月活跃用户超过100万的企业须另行取得许可。", "mau", ">", 1_000_000),
        ("月活用户达到1亿的企业须另行取得许可。", "mau", ">=", 100_000_000),
        ("月活跃用户超过十万的企业须另行取得许可。", "mau", ">", 100_000),
        ("月活跃用户超过一百万的企业须另行取得许可。", "mau", ">", 1_000_000),
        ("Empresas com mais de cem mil usuários por mês precisam de licença.", "mau", ">", 100_000),
        ("Les entreprises de plus de 500 salariés doivent obtenir une licence.", "employees", ">", 500),
        ("Unternehmen mit mehr als 500 Mitarbeitern benötigen eine Lizenz.", "employees", ">", 500),
        ("월간 사용자가 100만 명을 초과하는 경우 라이선스가 필요합니다.", "mau", ">", 1_000_000),
        ("月間ユーザー数が100万を超える場合は別途許諾が必要です。", "mau", ">", 1_000_000),
    ],
)
def test_a_count_is_read_with_measure_bound_and_figure(text: str, measure: str, op: str, value: int) -> None:
    assert limit(text) == {"measure": measure, "op": op, "value": value}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Licensees whose annual revenue exceeds USD 1,000,000 have no rights.",
            {"measure": "revenue", "op": ">", "value": 1_000_000, "currency": "USD", "period": "year"},
        ),
        (
            "Companies with at least €2.5 million in revenue per month must obtain a license.",
            {"measure": "revenue", "op": ">=", "value": 2_500_000, "currency": "EUR", "period": "month"},
        ),
        (
            "Organizations that have raised over $10M in venture funding must purchase a license.",
            {"measure": "funding", "op": ">", "value": 10_000_000, "currency": "USD"},
        ),
        (
            "年收入超过5000万元人民币的企业须取得书面许可。",
            {"measure": "revenue", "op": ">", "value": 50_000_000, "currency": "CNY", "period": "year"},
        ),
        (
            "Les entreprises dont le chiffre d'affaires dépasse 1 million d'euros doivent obtenir une licence.",
            {"measure": "revenue", "op": ">", "value": 1_000_000, "currency": "EUR"},
        ),
    ],
)
def test_an_amount_is_read_with_currency_and_period(text: str, expected: dict[str, Any]) -> None:
    assert limit(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Licensees with revenue above 1,000,000 have no rights.",  # of which currency?
        "Организации с числом пользователей более ста тысяч обязаны получить разрешение.",  # a figure in words not in the tables
        "If you exceed the revenue threshold, commercial use ends.",
    ],
)
def test_half_a_limit_is_unread_and_not_certain(text: str) -> None:
    clause = only("SCALE_THRESHOLD", text)
    assert "tests" in clause.unread
    assert not clause.certain


def test_two_limits_in_one_sentence_keep_their_own_figures() -> None:
    clause = only(
        "SCALE_THRESHOLD", "A license is needed above 100,000 monthly active users or more than USD 10 million in yearly revenue."
    )
    assert [(test["measure"], test["value"]) for test in clause.params["tests"]] == [("mau", 100_000), ("revenue", 10_000_000)]
    assert clause.params["combine"] == "any"


def test_a_limit_on_commerce_alone_is_told_from_one_on_all_rights() -> None:
    text = "Commercial use is permitted only below USD 1 million in annual revenue."
    assert only("SCALE_THRESHOLD", text).params["result"] == "no-commercial"


@pytest.mark.parametrize(
    ("type", "text", "name", "expected"),
    [
        ("FIELD_LIMIT", "This work is for non-commercial use only.", "allowed", ["research", "education", "evaluation", "personal", "free-upload"]),
        ("FIELD_LIMIT", "For research purposes only.", "allowed", ["research"]),
        ("FIELD_LIMIT", "Use is limited to research and education.", "allowed", ["research", "education"]),
        ("FIELD_LIMIT", "Nur für Forschungszwecke und private Nutzung, ausschließlich.", "allowed", ["research", "personal"]),
        ("TERRITORY", "You may not use the model in the European Union or the United Kingdom.", "exclude", ["EU", "GB"]),
        ("TERRITORY", "Persons domiciled in China are not granted any rights.", "basis", "seat"),
        ("TERRITORY", "本协议不适用于欧盟地区。", "exclude", ["EU"]),
        ("USE_POLICY", "The software may not be used for military purposes or surveillance.", "denied_topics", ["military", "surveillance"]),
        ("OUTPUT_TRAINING", "You may not use the outputs to train any other large language model.", "targets", ["llm"]),
        ("OUTPUT_TRAINING", "You may not use the outputs to improve any other AI model.", "targets", ["any-ai"]),
        ("OUTPUT_TRAINING", "Outputs must not be used to train models that compete with ours.", "policy", "noncompeting"),
        ("NAME_PREFIX", 'The name of any fine-tuned model must begin with "Foo".', "prefix", "Foo"),
        ("DISPLAY", "You must prominently display “Built with Foo” on your website.", "text", "Built with Foo"),
        ("REGISTRATION", "Commercial users are required to complete a registration form.", "when", "commercial"),
        ("REGISTRATION", "You must register on our site before access to the weights.", "when", "always"),
        ("GRANT", "You may not redistribute the weights.", "rights", ["use", "modify"]),
        ("SERVICE_LIMIT", "You may not offer the model to third parties as a hosted service.", "business", ["any-hosted"]),
    ],
)  # fmt: skip
def test_parameters_are_read_from_the_words(type: str, text: str, name: str, expected: Any) -> None:
    clause = only(type, text)
    assert clause.params[name] == expected
    assert clause.restricts
    assert clause.certain


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("TERRITORY", "Use outside of Germany is prohibited."),
        ("TERRITORY", "The rights are granted only within the territory of Japan."),
        ("NAME_PREFIX", "The name of any fine-tuned model must begin with our trade name."),
        ("AUTHORIZATION", "You must obtain clearance from the relevant government agency before deployment."),
    ],
)
def test_what_may_mean_the_reverse_or_is_not_said_stays_unread(type: str, text: str) -> None:
    clause = only(type, text)
    assert clause.unread
    assert not clause.certain


def test_commerce_that_may_be_open_on_terms_is_not_certainly_barred() -> None:
    alone = "Commercial use is strictly prohibited."
    assert only("FIELD_LIMIT", alone).certain
    both = f"{alone}\n\nCompanies with more than 100 employees must obtain a license."
    assert not only("FIELD_LIMIT", both).certain


@given(st.text(max_size=200), st.integers(min_value=10, max_value=10**9))
def test_a_figure_in_any_text_is_read_as_written_and_nothing_fails(around: str, value: int) -> None:
    found = PATTERNS.amounts.find(f"{around}\n; {value:,} ;")
    assert value in [amount.value for amount in found]
    assert all(amount.value >= 0 for amount in found)


def test_a_quoted_name_is_safe_to_print_and_free_of_hidden_marks() -> None:
    clause = only("NAME_PREFIX", 'The name of any fine-tuned model must begin with "F\u200boo\x1b[31m".')
    assert clause.params["prefix"].startswith("Foo")
    assert "\x1b" not in clause.params["prefix"]


def test_every_parameter_that_can_be_read_is_one_of_its_type() -> None:
    sentences = [
        "You may not use the model in Russia, for surveillance, or above 5 million monthly active users.",
        "Commercial use requires registration and a paid license. Outputs may not train any other AI model.",
    ]
    for clause in (clause for text in sentences for clause in detect(text, PATTERNS)):
        problems = clause_problems({"type": clause.type, "section": "1", "params": dict(clause.params)}, CLAUSES, USES)
        assert list(problems) == []
