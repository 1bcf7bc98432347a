"""A card's front matter from its JSON text: only the keys that a table is judged by are built, whatever else it holds."""

from __future__ import annotations

import json
from typing import Any

import msgspec


class Card(msgspec.Struct):
    """What a row's card says; None for what it does not."""

    license: Any = None
    license_name: Any = None
    license_link: Any = None
    base_model: Any = None
    base_model_relation: Any = None


EMPTY = Card()
_decode = msgspec.json.Decoder(Card).decode


def read_card(value: object) -> tuple[Card, str | None]:
    """The card and what is wrong with it: nothing, ``card-missing`` or ``card-unreadable``. Never raises."""
    if value is None or value in ("", b""):
        return EMPTY, "card-missing"
    if isinstance(value, (str, bytes)):
        try:
            return _decode(value), None
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return _otherwise(value)
    return _mapped(value)


def _otherwise(text: str | bytes) -> tuple[Card, str | None]:
    """What is no JSON by the book (NaN, half a surrogate pair) but Python reads, or no mapping."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return EMPTY, "card-unreadable"
    return _mapped(value)


def _mapped(value: object) -> tuple[Card, str | None]:
    """A card from a mapping, its values as JSON can hold them: half of a surrogate pair cannot be written again."""
    if value is None:
        return EMPTY, "card-missing"
    if not isinstance(value, dict):
        return EMPTY, "card-unreadable"
    wanted = {name: value[name] for name in Card.__struct_fields__ if value.get(name) is not None}
    try:
        text = json.dumps(wanted, ensure_ascii=False, default=str)
        return Card(**json.loads(text.encode("utf-8", "replace"))), None
    except (ValueError, RecursionError):
        return EMPTY, "card-unreadable"
