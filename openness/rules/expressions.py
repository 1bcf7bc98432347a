"""License expressions as cards and builds write them: one name, an SPDX expression, or a list in which all apply.

SPDX expressions are parsed by the ``license-expression`` library; OR is a choice, AND a sum, WITH adds an exception.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from openness.rules.names import Resolved, resolve

if TYPE_CHECKING:
    from openness.rules.loader import Ruleset

OPERATORS = re.compile(r"(?:^|[\s(])(and|or|with)(?=[\s(])|[()]", re.IGNORECASE)
MAX_EXPRESSION = 2000
MAX_TERMS = 40


class Term(msgspec.Struct, frozen=True):
    """A license name with the ids it may mean: none if unresolved, several if it names a family."""

    resolved: Resolved


class AllOf(msgspec.Struct, frozen=True):
    """Every part applies."""

    parts: tuple[Expression, ...]


class AnyOf(msgspec.Struct, frozen=True):
    """The user may choose among the parts."""

    parts: tuple[Expression, ...]


Expression = Term | AllOf | AnyOf


def parse(value: str | list[Any] | tuple[Any, ...], ruleset: Ruleset) -> Expression:
    """The expression that a ``license`` value stands for; a list means that all its entries apply.

    Never fails: what cannot be parsed becomes an unresolved term, and so never permits.
    """
    if not isinstance(value, str):
        parts = tuple(parse(str(part), ruleset) for part in list(value)[:MAX_TERMS])
        if len(value) > MAX_TERMS:
            return Term(Resolved(f"a list of {len(value)} licenses", (), "none"))
        return parts[0] if len(parts) == 1 else AllOf(parts)
    text = value.strip()
    if len(text) > MAX_EXPRESSION:
        return Term(Resolved(text[:80], (), "none"))
    whole = resolve(text, ruleset)
    if whole.ids:
        return Term(whole)
    if OPERATORS.search(text):
        return _parse_spdx(text, whole, ruleset)
    listed = [part.strip(" '\"") for part in re.split(r"[,;]", text.strip("[]"))]
    if len(listed) > 1 and all(listed):
        return parse(listed, ruleset)
    return Term(whole)


def _parse_spdx(text: str, whole: Resolved, ruleset: Ruleset) -> Expression:
    import license_expression

    try:
        tree = license_expression.Licensing().parse(text)
    except (license_expression.ExpressionError, license_expression.ExpressionParseError, RecursionError):
        return Term(whole)
    if tree is None or len(list(_symbols(tree))) > MAX_TERMS:
        return Term(whole)
    return _convert(tree, ruleset)


def _symbols(tree: Any) -> Iterator[Any]:
    args = getattr(tree, "args", ())
    if not args:
        yield tree
    for part in args:
        yield from _symbols(part)


def _convert(tree: Any, ruleset: Ruleset) -> Expression:
    operator = type(tree).__name__
    if operator in ("AND", "OR"):
        parts = tuple(_convert(part, ruleset) for part in tree.args)
        if operator == "AND":
            return AllOf(parts)
        return Term(Resolved(str(tree), (), "none")) if any(map(_is_prose, parts)) else AnyOf(parts)
    license_symbol = getattr(tree, "license_symbol", tree)
    exception = getattr(tree, "exception_symbol", None)
    if exception is not None and str(exception.key).casefold() not in ruleset.exceptions:
        return Term(Resolved(f"{license_symbol.key}-WITH-{exception.key}", (), "none"))
    # An exception of SPDX only widens what its license allows, so the license alone is the strict reading.
    return Term(resolve(str(license_symbol.key), ruleset))


def _is_prose(expression: Expression) -> bool:
    """Running text that is no license name may limit the choice it stands in: "MIT or Apache 2.0 for research only"."""
    return any(not term.resolved.ids and " " in term.resolved.name.strip() for term in terms(expression))


def terms(expression: Expression) -> Iterator[Term]:
    """All names in an expression, in order."""
    if isinstance(expression, Term):
        yield expression
    else:
        for part in expression.parts:
            yield from terms(part)


def license_ids(expression: Expression) -> frozenset[str]:
    """Every license id that an expression may stand for."""
    return frozenset(id for term in terms(expression) for id in term.resolved.ids)
