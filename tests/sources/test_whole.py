"""Bodies of which nothing but the end of the connection marks the end, and what is known of them."""

from __future__ import annotations

import hashlib

import pytest

from openness.sources.whole import LIST, OBJECT, Expected

DATA = b"license text\n"
GIT = hashlib.sha1(b"blob %d\0" % len(DATA) + DATA).hexdigest()
FRAMED = {"content-length": "13"}


@pytest.mark.parametrize(
    ("size", "headers", "whole"),
    [
        (13, {}, True),
        (14, {}, False),  # it broke off
        (14, FRAMED, None),  # the host contradicts itself
        (None, FRAMED, True),
        (None, {"transfer-encoding": "chunked"}, True),
        (None, {"content-encoding": "gzip"}, True),  # it has an end of its own
        (None, {}, None),
        (None, {"etag": f'"{GIT}"'}, True),
        (None, {"etag": f'"{hashlib.sha256(DATA).hexdigest()}"'}, True),
        (None, {"etag": f'"{hashlib.sha1(b"other").hexdigest()}"'}, False),
        (None, {"etag": 'W/"1"'}, None),
    ],
)
def test_what_proves_that_a_file_is_whole(size: int | None, headers: dict[str, str], whole: bool | None) -> None:
    assert Expected(size).met_by(DATA, headers) is whole


def test_a_file_of_the_hub_names_its_version_and_else_has_to_come_thrice_and_be_no_page() -> None:
    assert Expected(None, signed=True).met_by(DATA, FRAMED) is None
    assert Expected(None, signed=True).times(FRAMED) == 3
    assert Expected(None, signed=True).met_by(b"", FRAMED) is False
    assert Expected(None, signed=True).met_by(DATA, {**FRAMED, "content-type": "text/html; charset=utf-8"}) is False
    assert Expected(None, signed=True).met_by(DATA, {**FRAMED, "etag": 'W/"1"'}) is True
    assert Expected(13, signed=True).met_by(DATA, FRAMED) is True


@pytest.mark.parametrize(
    ("data", "whole"), [(b' {"a": 1}\n', True), (b'{"a": ', False), (b"", False), (b"{", False), (b"[]", False)]
)
def test_an_answer_in_json_ends_as_it_begins(data: bytes, whole: bool) -> None:
    assert OBJECT.met_by(data, FRAMED) is whole


def test_a_list_is_no_object() -> None:
    assert LIST.met_by(b"[{}]", {}) and not LIST.met_by(b"{}", {})
