"""The lineage as a picture: the model on the left, its bases to the right, the terms along the edges. Coordinates only, which the
template draws. Names that do not fit are cut, with the whole name in a title and in the list that stands beside the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from openness.model_verdicts import Edge
from openness.outputs.report import words
from openness.outputs.report.records import Entry
from openness.printable import printable
from openness.records import Permission

#: Sizes in pixels of the picture's own coordinates; letters are some 7 wide.
NODE_WIDTH, NODE_HEIGHT, LABEL_WIDTH, ROW_GAP, MARGIN, BEND = 212, 64, 216, 34, 12, 44
NAME_LETTERS, LABEL_LETTERS = 27, 25
#: More than these are not drawn; the list names all.
MOST_NODES = 40
#: How the terms of a base are known, in words.
KNOWN_BY = {"evidence": "read", "table": "known by name", "own-publisher": "same publisher"}


#: How a model stands to its base.
RELATIONS = {
    "finetune": "is a finetune of",
    "merge": "is a merge of",
    "quantized": "is quantized from",
    "adapter": "is an adapter of",
    "unstated": "is made from",
}


class Node(msgspec.Struct, frozen=True):
    """A box: the middle of its left side is (x, y + height / 2)."""

    name: str
    owner: str
    short: str
    terms: str
    tone: str
    x: int
    y: int
    width: int = NODE_WIDTH
    height: int = NODE_HEIGHT


class Line(msgspec.Struct, frozen=True):
    """An edge from a base (x1, y1) to what is made of it (x2, y2), level on the side of the base, where its words stand.
    ``lost``: what the edge takes away, empty where nothing is lost."""

    label: str
    lost: str
    tone: str
    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def path(self) -> str:
        bend, half = self.x2 + BEND, self.x2 + BEND // 2
        return f"M{self.x1} {self.y1} H{bend} C{half} {self.y1} {half} {self.y2} {self.x2} {self.y2}"

    @property
    def middle(self) -> int:
        """Of the level part."""
        return (self.x1 + self.x2 + BEND) // 2


class Step(msgspec.Struct, frozen=True):
    """One line of the list beside the picture."""

    depth: int
    base: str
    child: str
    relation: str
    terms: str
    known: str
    lost: tuple[str, ...]


class Picture(msgspec.Struct, frozen=True):
    width: int
    height: int
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    left_out: int


def picture(entry: Entry) -> Picture | None:
    """The picture of a model's lineage, or None where nothing is known of any base."""
    found = entry.found
    if found is None or not found.lineage:
        return None
    edges = {(edge.child.casefold(), edge.base.casefold()): edge for edge in entry.edges}
    rows = [(row.parent or found.model, row) for row in found.lineage]
    depths = _depths(found.model, [(child, row.model) for child, row in rows])
    columns = _columns(depths)
    drawn = _places(columns)
    deepest = max(len(columns), 1)
    terms = {row.model.casefold(): " + ".join(row.license) or "terms not known" for _, row in rows}
    tones = {row.model.casefold(): "fair" if row.license and row.resolved else "dim" for _, row in rows}
    terms[found.model.casefold()] = " + ".join(dict.fromkeys(x.id for x in found.licenses if x.source in ("", found.model)))
    shown = {found.model.casefold(): found.model} | {row.model.casefold(): row.model for _, row in rows}
    nodes = tuple(
        _node(shown[key], terms.get(key) or "no license of its own", tones.get(key, "own"), drawn[key]) for key in drawn
    )
    lines, steps = [], []
    for child, row in rows:
        edge = edges.get((child.casefold(), row.model.casefold()))
        lost = tuple(_lost(edge, entry)) if edge else ()
        relation = "base" if row.relation == "unstated" else row.relation
        known = KNOWN_BY.get(row.resolved or "", "not known")
        depth = depths.get(row.model.casefold(), 1)
        steps.append(
            Step(
                depth,
                row.model,
                child,
                RELATIONS.get(row.relation, f"is {row.relation} of"),
                terms[row.model.casefold()],
                known,
                lost,
            )
        )
        ends = drawn.get(row.model.casefold()), drawn.get(child.casefold())
        if ends[0] and ends[1]:
            lines.append(_line(relation, terms[row.model.casefold()], _summary(edge), ends[0], ends[1]))
    width = deepest * NODE_WIDTH + (deepest - 1) * LABEL_WIDTH + 2 * MARGIN
    height = max(y for _, y in drawn.values()) + NODE_HEIGHT + MARGIN
    return Picture(width, height, nodes, tuple(lines), tuple(steps), len(shown) - len(drawn))


def _depths(model: str, edges: Sequence[tuple[str, str]]) -> Mapping[str, int]:
    """Steps from the model to each base, the longest way; a circle does not go on."""
    bases: dict[str, list[str]] = {}
    for child, base in edges:
        bases.setdefault(child.casefold(), []).append(base.casefold())
    depths = {model.casefold(): 0}
    for _ in range(len(edges)):
        before = dict(depths)
        for child, found in bases.items():
            for base in found:
                if child in depths and base != model.casefold():
                    depths[base] = max(depths.get(base, 0), min(depths[child] + 1, len(edges)))
        if depths == before:
            break
    return depths


def _columns(depths: Mapping[str, int]) -> list[list[str]]:
    """The names by depth, the model first; at most ``MOST_NODES`` of them, the nearest to the model."""
    nearest = sorted(depths, key=lambda name: depths[name])[:MOST_NODES]
    levels = sorted({depths[name] for name in nearest})
    return [[name for name in nearest if depths[name] == level] for level in levels]


def _places(columns: Sequence[Sequence[str]]) -> dict[str, tuple[int, int]]:
    """The upper left corner of each box: a column for each depth, each column in the middle of the height."""
    tallest = max(len(column) for column in columns)
    step = NODE_HEIGHT + ROW_GAP
    places = {}
    for number, column in enumerate(columns):
        x = MARGIN + number * (NODE_WIDTH + LABEL_WIDTH)
        top = MARGIN + (tallest - len(column)) * step // 2
        for row, name in enumerate(column):
            places[name] = (x, top + row * step)
    return places


def _node(name: str, terms: str, tone: str, place: tuple[int, int]) -> Node:
    owner, _, short = name.rpartition("/")
    cut = printable(short, NAME_LETTERS), printable(owner, NAME_LETTERS), printable(terms, NAME_LETTERS)
    return Node(name, cut[1], cut[0], cut[2], tone, place[0], place[1])


def _line(relation: str, terms: str, lost: str, base: tuple[int, int], child: tuple[int, int]) -> Line:
    middle = NODE_HEIGHT // 2
    x1, x2 = base[0], child[0] + NODE_WIDTH
    label = printable(f"{relation}: {terms}", LABEL_LETTERS)
    return Line(label, printable(lost, LABEL_LETTERS), "bad" if lost else "fair", x1, base[1] + middle, x2, child[1] + middle)


def _summary(edge: Edge | None) -> str:
    """What an edge loses, short enough to stand on it."""
    if edge is None or not (edge.lost or edge.findings):
        return ""
    denied = [lost.use for lost in edge.lost if lost.verdict is Permission.DENIED]
    others = [lost.use for lost in edge.lost if lost.verdict is not Permission.DENIED]
    names = [*denied, *others]
    if not names:
        return "terms dropped, see below"
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    return f"{'loses' if denied else 'limits'}: {names[0]}{more}"


def _lost(edge: Edge, entry: Entry) -> list[str]:
    """Everything that an edge loses, in sentences."""
    by_verdict: dict[tuple[Permission, tuple[str, ...]], list[str]] = {}
    for lost in edge.lost:
        by_verdict.setdefault((lost.verdict, lost.licenses), []).append(lost.use)
    said = [
        f"{words.listed(uses)}: {words.VERDICTS[verdict].word} by {' + '.join(licenses)}, whatever {edge.child} declares."
        for (verdict, licenses), uses in by_verdict.items()
    ]
    return said + [finding.message for finding in entry.findings if finding.id in edge.findings]
