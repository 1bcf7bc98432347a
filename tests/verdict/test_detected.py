"""Detected clauses judged: what a sentence that stands in a text means for a use. Sentences are of our own making."""

from __future__ import annotations

from typing import Any

import pytest

from openness.evidence.clauses import ClausePatterns, detect
from openness.evidence.license_text import clause_value
from openness.packaged import packaged
from openness.records import Fact, Permission, Place, Standing, UseVerdict
from openness.rules import declared, loader
from openness.rules.patterns import clause_patterns
from openness.verdict.changed_text import with_changes, with_unknown_texts
from openness.verdict.detected import judge_detected
from openness.verdict.stack import judge_license

RULES = loader.load()
PATTERNS = ClausePatterns(clause_patterns(packaged("rules")))
PLACE = Place("/models/LICENSE", sha256="0" * 64, line=1)


def values(text: str) -> list[dict[str, Any]]:
    return [clause_value(clause) for clause in detect(text, PATTERNS)]


def facts(*words: str) -> Any:
    return declared.parse(words, RULES)


def judged(text: str, use: str, *words: str) -> UseVerdict:
    fact = Fact("text:LICENSE:change", "license-text-change", None, "", Standing.TEXT, PLACE)
    return judge_detected(values(text), "mit", fact, use, facts(*words), RULES)


@pytest.mark.parametrize(
    ("text", "use", "words"),
    [
        ("You may not use the work for commercial purposes.", "product", []),
        ("Commercial use is prohibited.", "internal", ["purpose=commercial"]),
        ("For research purposes only.", "product", []),
        ("Research use only.", "internal", ["purpose=personal"]),
        ("You may not redistribute the weights.", "redistribute", []),
        ("Fine-tuning the model is not allowed.", "release-finetune", []),
        ("You may not offer the model to third parties as a hosted service.", "hosted-api", []),
        ("You may not use the outputs to train any other AI model.", "train-on-outputs", []),
        ("You need a license above 1 million monthly active users.", "product", ["mau=2000000"]),
        ("Companies with more than USD 1 million in annual revenue must obtain a license.", "product", ["revenue=5e6USD"]),
        ("This license does not apply in the European Union.", "internal", ["region=FR"]),
        ("Companies headquartered in China have no rights under this license.", "product", ["seat=CN"]),
        ("The software may not be used for military purposes.", "internal", ["purpose=military"]),
        ("You may not use the model to compete with the licensor's products.", "product", ["competitor=yes"]),
        ("You must register with us before any commercial use.", "product", ["registered=no"]),
        ('The name of any fine-tuned model must begin with "Foo".', "release-finetune", ["name=Bar-7B"]),
        ("You must not remove the safety filters.", "release-finetune", ["change=abliterated"]),
        ("本模型仅限非商业用途。", "product", []),
        ("Toute utilisation commerciale est interdite.", "product", []),
        ("Eine kommerzielle Nutzung ist untersagt.", "product", []),
        ("Queda prohibido el uso comercial.", "product", []),
        ("É proibido o uso comercial.", "product", []),
        ("È vietato l'uso commerciale.", "product", []),
        ("商用利用は禁止します。", "product", []),
        ("상업적 이용을 금지합니다.", "product", []),
        ("Коммерческое использование запрещено.", "product", []),
        ("禁止再分发模型权重。", "redistribute", []),
    ],
)
def test_a_restriction_that_forbids_the_use_denies_it_and_is_quoted(text: str, use: str, words: list[str]) -> None:
    verdict = judged(text, use, *words)
    assert verdict.verdict is Permission.DENIED
    (reason, *_) = verdict.reasons
    assert (reason.effect, reason.quote, reason.evidence) == ("denied", text, ("text:LICENSE:change",))
    assert "LICENSE line 1" in reason.section


@pytest.mark.parametrize(
    ("text", "use", "fact"),
    [
        ("You need a license above 1 million monthly active users.", "product", "mau"),
        ("Companies with more than USD 1 million in annual revenue must obtain a license.", "product", "revenue"),
        ("This license does not apply in the European Union.", "internal", "region"),
        ("Commercial use is prohibited.", "internal", "purpose"),
        ("You may not use the model to compete with the licensor's products.", "product", "competitor"),
        ("You must register with us before any commercial use.", "product", "registered"),
    ],
)
def test_a_restriction_that_depends_on_a_fact_asks_for_it(text: str, use: str, fact: str) -> None:
    verdict = judged(text, use)
    assert verdict.verdict is Permission.NEEDS_ANSWER
    assert fact in {question.fact for question in verdict.questions}


@pytest.mark.parametrize(
    ("text", "use", "words"),
    [
        ("You need a license above 1 million monthly active users.", "product", ["mau=10"]),
        ("Companies with more than USD 1 million in annual revenue must obtain a license.", "product", ["revenue=1000USD"]),
        ("This license does not apply in the European Union.", "internal", ["region=US", "seat=US"]),
        ("You may not redistribute the weights.", "internal", []),
        ("For research purposes only.", "research", []),
        ("You may not use the outputs to train any other AI model.", "product", []),
    ],
)
def test_a_restriction_that_does_not_touch_the_use_leaves_it(text: str, use: str, words: list[str]) -> None:
    assert judged(text, use, *words).verdict.passes


@pytest.mark.parametrize(
    "text",
    [
        "Licensees with revenue above 1,000,000 have no rights.",  # no currency
        "Use outside of Germany is prohibited.",
        "The licensor may revoke this license at any time at will.",
    ],
)
def test_what_is_not_read_of_a_restriction_never_passes(text: str) -> None:
    assert judged(text, "product", "revenue=1USD", "region=DE", "seat=DE").verdict is Permission.NEEDS_ANSWER


def test_a_pattern_that_is_not_certain_asks_where_it_would_deny() -> None:
    sure = values("You may not redistribute the weights.")
    fact = Fact("f", "license-text-clauses", None, "", Standing.TEXT, PLACE)
    unsure = [{**value, "certain": False} for value in sure]
    verdicts = [judge_detected(v, "", fact, "redistribute", {}, RULES).verdict for v in (sure, unsure)]
    assert verdicts == [Permission.DENIED, Permission.NEEDS_ANSWER]


def test_a_duty_is_listed_with_the_line_that_asks_for_it() -> None:
    verdict = judged('You must prominently display "Built with Foo" on your website.', "product")
    assert verdict.verdict is Permission.WITH_DUTIES
    (duty,) = verdict.duties
    assert "line 1 of LICENSE" in duty.text
    assert "Built with Foo" in duty.text


def test_words_that_grant_everything_do_not_permit_anything() -> None:
    verdict = judged("You are granted a worldwide license to use, copy and sell the model.", "product")
    assert [reason for reason in verdict.reasons if reason.effect == "grants"] == []


LIFTED = [
    "This license does not restrict commercial use.",
    "Commercial use is not restricted in any way.",
    "The model is not limited to research use.",
    "Unlike other licenses, it is not restricted to non-commercial use.",
    "Use in the European Union is not prohibited.",
    "This license does not forbid military use.",
    "You do not need to register before commercial use.",
    "We do not require you to publish derivative works under the same license.",
    "It is not for research only: companies may use it too.",
    "You may use outputs to train other models.",
    "There is no obligation to show \"Built with Foo\" on your website.",
    "Cette licence n'interdit pas l'utilisation commerciale.",
    "Die kommerzielle Nutzung ist nicht untersagt.",
    "Die Nutzung ist nicht auf nicht-kommerzielle Zwecke beschränkt.",
    "El uso comercial no está prohibido.",
    "O uso comercial não é proibido.",
    "L'uso commerciale non è vietato.",
    "本许可不禁止商业使用。",
    "商用利用を禁止するものではありません。",
    "상업적 이용을 금지하지 않습니다.",
    "Коммерческое использование не запрещено.",
]  # fmt: skip


@pytest.mark.parametrize("text", LIFTED)
@pytest.mark.parametrize("use", sorted(RULES.vocabulary.uses))
def test_a_limit_that_is_denied_or_lifted_is_none(text: str, use: str) -> None:
    assert judged(text, use).verdict.passes


# --- a known license plus what was added to it ---------------------------------------------------------------------------


def changed(text: str) -> Fact:
    value = {"verdict": "altered", "licenses": ("mit",), "added": [(1, text, text)], "missing": 0, "clauses": values(text)}
    return Fact("text:LICENSE:change", "license-text-change", value, text, Standing.TEXT, PLACE)


def with_added(text: str, use: str, *words: str) -> UseVerdict:
    known = judge_license("mit", use, facts(*words), RULES)
    return with_changes(known, [changed(text)], facts(*words), RULES)


def test_an_altered_license_is_the_known_one_plus_the_added_clauses() -> None:
    verdict = with_added("You may not use the work for commercial purposes.", "product")
    assert verdict.verdict is Permission.DENIED
    assert {reason.clause for reason in verdict.reasons} >= {"FIELD_LIMIT", "GRANT"}


@pytest.mark.parametrize("use", sorted(RULES.vocabulary.uses))
@pytest.mark.parametrize(
    "text", ["Please be kind to one another.", "You must keep the file COPYING.", "Commercial use is permitted."]
)
def test_an_altered_license_is_never_better_than_a_question(text: str, use: str) -> None:
    verdict = with_added(text, use, "mau=1", "revenue=1USD", "region=US", "seat=US", "purpose=personal", "entity=person")
    assert verdict.verdict is Permission.NEEDS_ANSWER
    assert any(question.fact == "license-text" for question in verdict.questions)


def test_added_words_without_a_recognized_clause_are_quoted() -> None:
    verdict = with_added("Please be kind to one another.", "product")
    assert ("ALTERED_TEXT", "Please be kind to one another.") in {(r.clause, r.quote) for r in verdict.reasons}


def test_a_firm_restriction_denies_whatever_else_is_added() -> None:
    text = "The weights are for research purposes only.\n\nCompanies with more than USD 5 million in revenue need a license.\n"
    added = [clause_value(clause) for clause in detect(text, PATTERNS, [(0, len(text))])]
    fact = Fact("f", "license-text-change", None, "", Standing.TEXT, PLACE)
    assert judge_detected(added, "mit", fact, "product", facts("revenue=1USD"), RULES).verdict is Permission.DENIED


def test_terms_on_which_commerce_is_open_are_asked_for() -> None:
    text = "Free for non-commercial use. Commercial users must complete a registration form before use.\n"
    added = [clause_value(clause) for clause in detect(text, PATTERNS, [(0, len(text))])]
    fact = Fact("f", "license-text-change", None, "", Standing.TEXT, PLACE)
    assert judge_detected(added, "mit", fact, "product", {}, RULES).verdict is Permission.NEEDS_ANSWER


def test_an_answered_threshold_leaves_only_the_question_of_the_changed_text() -> None:
    verdict = with_added("You need a license above 1 million monthly active users.", "product", "mau=10")
    assert [question.fact for question in verdict.questions] == ["license-text"]


# --- a text that nobody here knows ---------------------------------------------------------------------------------------

UNKNOWN = UseVerdict("product", Permission.UNKNOWN)


def of_unknown(text: str, *words: str) -> UseVerdict:
    fact = Fact("text:LICENSE:clauses", "license-text-clauses", values(text), "", Standing.TEXT, PLACE)
    return with_unknown_texts(UNKNOWN, [fact], facts(*words), RULES)


def test_a_certain_restriction_in_an_unknown_text_denies() -> None:
    assert of_unknown("Commercial use is strictly prohibited.").verdict is Permission.DENIED


@pytest.mark.parametrize(
    "text",
    [
        "Commercial use is permitted.",
        "Contact us for a commercial license if you wish to use it in a product.",
        "You must give credit.",
    ],
)
def test_anything_else_in_an_unknown_text_leaves_it_unknown(text: str) -> None:
    assert of_unknown(text).verdict is Permission.UNKNOWN


def test_no_text_at_all_changes_nothing() -> None:
    assert with_unknown_texts(UNKNOWN, [], {}, RULES) is UNKNOWN
