"""JUnit, GitHub annotations and Markdown of a check."""

from __future__ import annotations

import datetime
import re
from xml.etree import ElementTree as ET

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from openness.outputs.check_github import github
from openness.outputs.check_junit import junit
from openness.outputs.check_markdown import markdown
from openness.policy.checked import CheckResult, Notice, Step
from openness.records import Place
from tests.outputs.checks import SETTLED, checked, doubt, hit, reference, result

NOW = datetime.datetime(2026, 11, 29, 1, 2, 3, tzinfo=datetime.UTC)


def full() -> CheckResult:
    notice = Notice("bad-ignore", "error", "The comment ignores nothing.", "a.py", 7, 1, "Correct it.")
    return result(checked(hit()), checked(doubt()), checked(hit(settled=SETTLED)), checked(), notices=(notice,))


def hostile(text: str) -> CheckResult:
    """A result with ``text`` in every field that others write."""
    chain = (Step("card", text, Place(text, text, text, text, 1)),)
    one = checked(hit(message=text, fix=text), source=text, at=reference(model=text, file=text, text=text))
    one = msgspec.structs.replace(one, hits=(msgspec.structs.replace(one.hits[0], chain=chain, policy_line=text),))
    settled = msgspec.structs.replace(SETTLED, reason=text, where=text)
    return result(
        one,
        checked(hit(settled=settled), at=reference(model=text, file=text)),
        notices=(Notice("bad-ignore", "error", text, text, 1, 1, text),),
    )


def test_junit_has_one_case_for_each_reference() -> None:
    suite = ET.fromstring(junit(full(), NOW))[0]
    cases = suite.findall("testcase")
    assert [[child.tag for child in case] for case in cases] == [["failure"], ["error"], ["skipped"], []]
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped", "timestamp")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
        "timestamp": "2026-11-29T01:02:03",
    }
    assert cases[0].get("classname") == "a.py"
    failure = cases[0][0]
    assert failure.get("type") == "denied-use"
    assert (failure.text or "").splitlines()[0] == "a.py:3:5"
    assert "signed agreement" in (suite.findtext("system-out") or "")


@given(st.text())
def test_junit_stays_xml_whatever_others_write(text: str) -> None:
    document = junit(hostile(text), NOW)
    assert len(ET.fromstring(document).findall("testsuite/testcase")) == 2
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e\ufffe]", document)


def test_github_annotates_each_line_that_counts() -> None:
    lines = github(full()).splitlines()
    assert lines[0].startswith("::error file=a.py,line=3,col=5,endColumn=16,title=openness%3A denied-use::")
    assert [line.split(" ")[0] for line in lines[:3]] == ["::error", "::error", "::warning"]
    assert "denied" in lines[-1] and not lines[-1].startswith("::")
    assert len(lines) == 4


def test_github_escapes_what_would_end_a_message_or_a_property() -> None:
    at = reference(file="a,b:c%.py")
    line = github(result(checked(hit(message="100%\r\n::error::x"), at=at))).splitlines()[0]
    assert "file=a%2Cb%3Ac%25.py,line=3" in line
    assert "100%25" in line and "\r" not in line


@given(st.text())
def test_no_text_of_others_becomes_a_command_of_its_own(text: str) -> None:
    lines = github(hostile(text)).split("\n")
    assert [line.split(" ")[0] for line in lines[:-1]] == ["::error", "::error"]
    assert not lines[-1].startswith("::")


def test_markdown_has_a_row_for_what_counts_and_for_what_is_settled() -> None:
    text = markdown(full())
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 3 + 2 + 2  # with the heads of three tables
    assert "denied: denied-use" in rows[1] and "undecided: unverified" in rows[2]
    assert "signed agreement" in text


@given(st.text())
def test_no_text_of_others_becomes_markup(text: str) -> None:
    lines = markdown(hostile(text)).split("\n")
    rows = [line for line in lines if line.startswith("| ")]
    assert [row.count("|") for row in rows] == [6, 6, 6, 6, 4, 4]
    assert not any(re.search(r"[<>\[\]`*]", row) for row in rows)
