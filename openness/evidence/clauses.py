"""Clauses in a license text that is not known: phrases that stand near one another in one sentence, with the quoted line.

What to look for is data (``rules/clause_patterns.yaml``; its head explains the pattern language). A detected clause is a
reason to ask or to deny, never a permission. The text is hostile: marks that hide a word (zero-width characters, look-alike
letters, markup, hyphens at a line end) are seen through, and the time is linear in its length.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from openness.errors import RuleError
from openness.evidence.clause_parameters import Amounts, Read, parameters
from openness.evidence.phrases import LONGEST_PHRASE, PhraseReader, Span
from openness.evidence.sentences import SIGN, WORD, WORD_OR_SIGN, clean, join_hyphens, sentences
from openness.printable import printable

QUOTE_LIMIT = 300
#: Words from the first found word to the last, unless the pattern says otherwise (a sign of Chinese, Japanese or Korean
#: counts as a word).
NEAR, NEAR_SIGNS = 12, 30
#: An exclusion counts when it touches the found words or stands this near to them.
UNLESS_NEAR = 6
#: Values of parameters are read in the found words and so many words beside them.
READ_NEAR = 14
#: Found clauses of one type; a text that holds more is spam, and says nothing new.
MOST_OF_A_TYPE = 200


class DetectedClause(msgspec.Struct, frozen=True):
    """A clause type that a line of the text speaks of. ``pattern`` names what found it; ``quote`` begins on ``line``.

    ``params`` are those of the type in ``rules/clauses.yaml`` as far as the words give them, ``unread`` those that they should
    give and do not. ``restricts``: it takes something away or makes it depend on something. ``certain``: the wording can mean
    nothing else, so that it may deny by itself.
    """

    type: str
    line: int
    quote: str
    pattern: str
    language: str
    params: Mapping[str, Any] = {}
    unread: tuple[str, ...] = ()
    restricts: bool = False
    certain: bool = False


class _Pattern(msgspec.Struct, frozen=True):
    type: str
    name: str
    language: str
    rows: tuple[int, ...]
    needed: frozenset[int]
    near: int
    in_order: bool
    unless: frozenset[int]
    unclear: frozenset[int]
    params: Mapping[str, Any]
    reads: Mapping[str, str]
    restricts: bool
    certain: bool


class _Match(NamedTuple):
    """A pattern with the words it was found in; ``values`` are phrases of its tables near them; ``clear``: nothing beside
    them leaves its meaning open."""

    pattern: _Pattern
    span: Span
    values: Mapping[str, Sequence[tuple[str, Span]]]
    clear: bool


#: Tables that a threshold is read from.
_THRESHOLD_TABLES = ("measures", "crossing", "periods", "anchors")


class ClausePatterns(PhraseReader):
    """The patterns of ``rules/clause_patterns.yaml``, given as plain data, made ready to search.

    Raises RuleError for a pattern that cannot be read. ``restricting`` holds the names of the patterns that take something
    away, or that make a right depend on something; the others speak of duties and permissions.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data.get("words", {}))
        self.amounts = Amounts(data.get("amounts", {}))
        self._tables = {
            table: [(value, self.row(phrases, f"values.{table}")) for value, phrases in values.items()]
            for table, values in data.get("values", {}).items()
        }
        #: Phrases beside which nothing restricts: "does not restrict commercial use".
        self._lifting = frozenset([self.row(data["lifting"], "lifting")] if data.get("lifting") else ())
        self.patterns = [self._pattern(kind, row) for kind in data["types"] for row in kind["patterns"]]
        self.doubts = {kind["id"]: frozenset(kind["doubted_by"]) for kind in data["types"] if "doubted_by" in kind}
        self.firm = frozenset(row["name"] for kind in data["types"] for row in kind["patterns"] if row.get("firm") == "yes")
        self.restricting = frozenset(pattern.name for pattern in self.patterns if pattern.restricts)
        uses = Counter(number for pattern in self.patterns for number in pattern.rows)
        #: The row of a pattern that the fewest patterns share → the patterns to try when it is found.
        self._by_key: dict[int, list[_Pattern]] = {}
        for pattern in self.patterns:
            self._by_key.setdefault(min(pattern.rows, key=lambda number: uses[number]), []).append(pattern)
        self.seal()

    def _pattern(self, kind: Mapping[str, Any], row: Mapping[str, Any]) -> _Pattern:
        language, name = row.get("language", "en"), row["name"]
        found = tuple(self.row(part, name) for part in row["find"])
        restricts = row.get("restricts", kind.get("restricts", "no")) == "yes"
        reads = {**kind.get("read", {}), **row.get("read", {})} if restricts else {}
        for table in reads.values():
            if table not in self._tables and table not in ("threshold", "quoted"):
                raise RuleError(f"clause_patterns.yaml, {name}: there is no table of values {table}.")
        return _Pattern(
            type=kind["id"],
            name=name,
            language=language,
            rows=found,
            needed=frozenset(found),
            near=row.get("near", NEAR_SIGNS if language in ("zh", "ja", "ko") else NEAR),
            in_order=row.get("order", "any") == "given",
            unless=frozenset([self.row(row["unless"], name)] if row.get("unless") else ())
            | (self._lifting if restricts else set()),
            unclear=frozenset(self.row(row["unclear"], name) for row in (kind, row) if row.get("unclear")),
            params={**kind.get("params", {}), **row.get("params", {})} if restricts else {},
            reads=reads,
            restricts=restricts,
            certain=restricts and row.get("certain", kind.get("certain", "no")) == "yes",
        )

    def _tables_of(self, pattern: _Pattern) -> set[str]:
        return {name for table in pattern.reads.values() for name in (_THRESHOLD_TABLES if table == "threshold" else (table,))}

    def matches(self, sentence: Sequence[int]) -> Iterator[_Match]:
        """Every pattern with the words it was found in, from left to right and without overlap within one pattern."""
        stands = self.read(sentence)
        present: set[int] = set().union(*(rows for rows, _ in stands))
        possible = [p for row in present & self._by_key.keys() for p in self._by_key[row] if p.needed <= present]
        if not possible:
            return
        wanted = frozenset().union(*(p.needed | p.unless | p.unclear for p in possible))
        tables = {table for pattern in possible for table in self._tables_of(pattern)}
        wanted |= {row for table in tables for _, row in self._tables.get(table, ())}
        hits: dict[int, list[Span]] = defaultdict(list)
        for rows, span in stands:
            for row in rows & wanted:
                hits[row].append(span)
        for pattern in possible:
            excluded = sorted(span for row in pattern.unless for span in hits[row])
            unclear = sorted(span for row in pattern.unclear for span in hits[row])
            for span in _windows(pattern, hits):
                if not _near_any(span, excluded):
                    values = {table: self._values(table, span, hits) for table in self._tables_of(pattern)}
                    yield _Match(pattern, span, values, not _near_any(span, unclear))

    def _values(self, table: str, span: Span, hits: Mapping[int, list[Span]]) -> list[tuple[str, Span]]:
        first, last = span[0] - READ_NEAR, span[1] + READ_NEAR
        return [
            (value, here)
            for value, row in self._tables.get(table, ())
            for here in hits.get(row, ())
            if first <= here[0] and here[1] <= last
        ]


def _windows(pattern: _Pattern, hits: Mapping[int, list[Span]]) -> Iterator[Span]:
    """Spans of words that hold one hit of every row, no longer than the pattern allows."""
    if len(pattern.rows) == 1:
        yield from hits[pattern.rows[0]]
        return
    events = sorted((start, end, place) for place, row in enumerate(pattern.rows) for start, end in hits[row])
    count = len(pattern.rows)
    latest: list[Span | None] = [None] * count  # in order: of the chain up to this row; else: of the row itself
    for start, end, place in events:
        if pattern.in_order and place:
            before = latest[place - 1]
            if before is None or before[1] > start:
                continue
            latest[place] = (before[0], end)
        else:
            latest[place] = (start, end)
        whole = latest[-1:] if pattern.in_order else latest
        if pattern.in_order and place < count - 1:
            continue
        spans = [span for span in whole if span is not None]
        if len(spans) == len(whole) and (last := max(e for _, e in spans)) - (first := min(s for s, _ in spans)) <= pattern.near:
            yield first, last
            latest = [None] * count


def _near_any(span: Span, others: list[Span]) -> bool:
    first = bisect_left(others, (span[0] - UNLESS_NEAR - LONGEST_PHRASE, 0))
    beyond = bisect_left(others, (span[1] + UNLESS_NEAR + 1, 0))
    return any(end >= span[0] - UNLESS_NEAR for _, end in others[first:beyond])


def detect(text: str, patterns: ClausePatterns, places: Sequence[Span] | None = None) -> tuple[DetectedClause, ...]:
    """The clauses that ``text`` speaks of, by line; of a type on a line one for each way in which it restricts.

    With ``places`` (characters from, up to) only those of which a word stands in them: the words around them are read too, since
    added words change the sentence that they stand in.
    """
    seen = join_hyphens(clean(text), patterns)
    word = WORD_OR_SIGN if SIGN.search(seen) else WORD
    line_ends = [match.start() for match in re.finditer("\n", text)]
    found: dict[tuple[str, int, str], DetectedClause] = {}
    many: dict[str, int] = {}
    for begin, stop, lead, sentence in sentences(seen, patterns, word):
        offsets: list[Span] = []
        here: list[DetectedClause] = []
        for match in patterns.matches(sentence):
            if not offsets:
                offsets = [m.span() for m in word.finditer(seen, begin, stop)]
                offsets = [*offsets[:1] * lead, *offsets]
            start, end = offsets[match.span[0]][0], offsets[match.span[1] - 1][1]
            if places is None or any(a < end and start < b for a, b in places):
                here.append(_clause(text, seen, match, offsets, (begin, stop), line_ends, patterns.amounts))
        for clause in _without_vague(here):
            key = (clause.type, clause.line, json.dumps(clause.params, sort_keys=True))
            known = found.get(key)
            if known is None and many.get(clause.type, 0) < MOST_OF_A_TYPE:
                many[clause.type] = many.get(clause.type, 0) + 1
                found[key] = clause
            elif known is not None and (clause.certain, clause.restricts) > (known.certain, known.restricts):
                found[key] = clause
    firm = patterns.firm if places is not None else frozenset()
    return _doubted(sorted(found.values(), key=lambda clause: (clause.line, clause.type)), patterns, firm)


def _doubted(clauses: Sequence[DetectedClause], patterns: ClausePatterns, firm: frozenset[str]) -> tuple[DetectedClause, ...]:
    """What another clause of the same text may open again is not certain."""
    types = {clause.type for clause in clauses}
    return tuple(
        msgspec.structs.replace(c, certain=False)
        if c.certain and c.pattern not in firm and patterns.doubts.get(c.type, frozenset()) & types
        else c
        for c in clauses
    )


def _without_vague(clauses: Iterable[DetectedClause]) -> list[DetectedClause]:
    """Of a type in one sentence what is not read says nothing beside what is."""
    kept = list(clauses)
    telling = {c.type for c in kept if c.params and not c.unread}
    return [c for c in kept if (c.params and not c.unread) or c.type not in telling]


def _clause(
    text: str,
    seen: str,
    match: _Match,
    offsets: Sequence[Span],
    sentence: Span,
    line_ends: Sequence[int],
    amounts: Amounts,
) -> DetectedClause:
    pattern, (first, last) = match.pattern, match.span
    start, end = offsets[first][0], offsets[last - 1][1]
    line = bisect_left(line_ends, start) + 1
    line_begin = line_ends[line - 2] + 1 if line > 1 else 0
    quote = _quote(text, max(sentence[0], line_begin), start, end, sentence[1])
    params, unread = dict[str, Any](pattern.params), tuple(pattern.reads)
    if match.clear:
        low = offsets[max(first - READ_NEAR, 0)][0]
        high = offsets[min(last + READ_NEAR, len(offsets)) - 1][1]
        values = {
            table: [Read(value, offsets[a][0] - low, offsets[b - 1][1] - low) for value, (a, b) in spans]
            for table, spans in match.values.items()
        }
        params, unread = parameters(pattern.params, pattern.reads, values, seen[low : high + 2], amounts)
    return DetectedClause(
        pattern.type,
        line,
        quote,
        pattern.name,
        pattern.language,
        params,
        unread,
        pattern.restricts,
        pattern.certain and match.clear and not unread,
    )


def _quote(text: str, begin: int, start: int, end: int, stop: int) -> str:
    """From the begin of the sentence on this line if the found words then still fit, else from the found words."""
    if end - begin > QUOTE_LIMIT - 40:
        begin = start
    quote = " ".join(text[begin : min(stop, begin + 2 * QUOTE_LIMIT)].split())
    return printable(quote if len(quote) <= QUOTE_LIMIT else quote[: QUOTE_LIMIT - 1] + "…", QUOTE_LIMIT)
