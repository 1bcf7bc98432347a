"""A card's front matter from its JSON text: only the keys that a table is judged by are built, whatever else it holds."""

from __future__ import annotations

import json
from typing import Any

import msgspec


class Card(msgspec.Struct, gc=False):
    """What a row's card says; None for what it does not. These are the usual kinds of values; see ``OddCard``."""

    license: str | None = None
    license_name: str | None = None
    license_link: str | None = None
    base_model: str | list[str] | None = None
    base_model_relation: str | None = None


class OddCard(msgspec.Struct, gc=False):
    """The same with values of any kind: a license may be a list or a mapping, and a stranger may write anything."""

    license: Any = None
    license_name: Any = None
    license_link: Any = None
    base_model: Any = None
    base_model_relation: Any = None


AnyCard = Card | OddCard
EMPTY = Card()
#: Decodes a usual card; raises for anything else.
decode = msgspec.json.Decoder(Card).decode
_decode_odd = msgspec.json.Decoder(OddCard).decode
#: What Python's JSON has beyond the book, as a reader of cards writes it.
NO_NUMBERS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
ODD_JSON = (msgspec.MsgspecError, UnicodeError, RecursionError)


def read_card(value: object) -> tuple[AnyCard, str | None]:
    """The card and what is wrong with it: nothing, ``card-missing`` or ``card-unreadable``. Never raises."""
    if isinstance(value, (str, bytes)) and value:
        try:
            return _decode_odd(value), None
        except ODD_JSON:
            return _otherwise(value)
    return (EMPTY, "card-missing") if not value and isinstance(value, (str, bytes)) else _mapped(value)


def _otherwise(text: str | bytes) -> tuple[AnyCard, str | None]:
    """What is no JSON by the book (NaN, half a surrogate pair) but Python reads, or no mapping."""
    try:
        value = json.loads(text if isinstance(text, str) else text.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return EMPTY, "card-unreadable"
    return _mapped(value)


def _mapped(value: object) -> tuple[AnyCard, str | None]:
    """A card from a mapping, its values as JSON can hold them: half of a surrogate pair cannot be written again."""
    if value is None:
        return EMPTY, "card-missing"
    if not isinstance(value, dict):
        return EMPTY, "card-unreadable"
    wanted = {name: value[name] for name in OddCard.__struct_fields__ if value.get(name) is not None}
    try:
        text = json.dumps(wanted, ensure_ascii=False, default=str)
        return OddCard(**json.loads(text.encode("utf-8", "replace"), parse_constant=NO_NUMBERS.__getitem__)), None
    except (ValueError, RecursionError):
        return EMPTY, "card-unreadable"
