"""The closure over the bases of every row of a table: one pass over the graph, with cycles.

Of every row the closure is the set of what its bases bring; such sets repeat, so each different one is kept once and named by a
number. A base's closure passes to what was made from it; that of a cycle is worked out for each of its rows, none of which is a
base of itself.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from openness.sweep.numbers import arrow_of, numbers_of, paired, placed

#: The number of the empty set.
NOTHING = 0
#: Members of a cycle for which every path is walked; a larger one is judged as a whole, the stricter act counting.
WALKED = 64
#: How many levels are done together; a longer chain is walked row by row.
LEVELS = 12
#: More than there can be items.
MOST_ITEMS = 1 << 31


class Sets:
    """Sets of items, each different one once. An item is a base's number times ``width`` plus the number of the act; act 0 is a
    mere change of format, which leaves the act behind it as it is."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.items: list[frozenset[int]] = [frozenset()]
        self._numbers: dict[frozenset[int], int] = {frozenset(): NOTHING}
        self._joined: dict[tuple[int, int], int] = {}
        #: What ``passed`` has given so far.
        self.short: dict[tuple[int, int], int] = {}

    def number(self, items: frozenset[int]) -> int:
        found = self._numbers.get(items)
        if found is None:
            found = self._numbers[items] = len(self.items)
            self.items.append(items)
        return found

    def joined(self, one: int, other: int) -> int:
        if other in (one, NOTHING):
            return one
        if one == NOTHING:
            return other
        key = (one, other) if one < other else (other, one)
        found = self._joined.get(key)
        if found is None:
            found = self._joined[key] = self.number(self.items[one] | self.items[other])
        return found

    def passed(self, item: int, behind: int) -> int:
        """What an edge brings: its base, and what that base was made from."""
        key = (item, behind)
        found = self.short.get(key)
        if found is None:
            act = item % self.width
            further = self.items[behind]
            if act:
                further = frozenset(other - other % self.width + act for other in further)
            found = self.short[key] = self.number(further | {item})
        return found


class Closure:
    """The set of every row that has bases. A row goes by its place among them: its edges are ``first[place]`` up to the next,
    each with the place ``above`` of its base (negative: it has no bases itself, or is not in the table) and its item."""

    def __init__(self, first: array[int], above: array[int], items: array[int], sets: Sets) -> None:
        self._first = first
        self._above = above
        self._items = items
        self.sets = sets
        self._done = array("i", [-1]) * (len(first) - 1)
        #: The places of rows that stand in a cycle, by cycle.
        self.cycles: list[list[int]] = []

    def of(self) -> array[int]:
        """The number of the set of each place."""
        left = self._straight()
        if left:
            for members in self._components(left):
                if len(members) == 1:
                    self._done[members[0]] = self._set(members[0])
                else:
                    self._cycle(members)
        return self._done

    def _edges(self, place: int) -> Iterator[tuple[int, int]]:
        for at in range(self._first[place], self._first[place + 1]):
            yield self._above[at], self._items[at]

    def _straight(self) -> list[int]:
        """Rows whose bases come before them, as in a table in the order of creation; returns the places of the others."""
        waiting, left = self._after_levels(), []
        done, passed, joined = self._done, self.sets.passed, self.sets.joined
        first, parents, items = self._first, self._above, self._items
        known = self.sets.short
        for place in waiting:
            start, end = first[place], first[place + 1]
            found = NOTHING
            for at in range(start, end):
                above = parents[at]
                behind = done[above] if above >= 0 else NOTHING
                if behind < 0:
                    left.append(place)
                    break
                number = known.get((items[at], behind))
                if number is None:
                    number = passed(items[at], behind)
                found = number if at == start else joined(found, number)
            else:
                done[place] = found
        return left

    def _after_levels(self) -> list[int]:
        """Does the rows with one base level by level, all of a level together, and returns the places that are left. Most rows
        are near the models that were made from nothing."""
        import pyarrow as arrow
        from pyarrow import compute

        first, above, items = (arrow_of(numbers) for numbers in (self._first, self._above, self._items))
        done = arrow_of(self._done)
        left = compute.indices_nonzero(compute.less(done, 0))
        for _ in range(LEVELS):
            begin = first.take(left)
            parent = above.take(begin)
            known = compute.if_else(compute.less(parent, 0), NOTHING, done.take(compute.max_element_wise(parent, 0)))
            only = compute.equal(first.take(compute.add(left, 1)), compute.add(begin, 1))
            ready = compute.and_(only, compute.greater_equal(known, 0))
            now = left.filter(ready)
            if not len(now):
                break
            keys = paired(known.filter(ready), items.take(begin.filter(ready)), MOST_ITEMS).dictionary_encode()
            numbers = [self.sets.passed(key % MOST_ITEMS, key // MOST_ITEMS) for key in keys.dictionary.to_pylist()]
            found = placed(arrow.array(numbers, arrow.int32()).take(keys.indices), now, len(done))
            done = compute.coalesce(found, done)
            left = left.filter(compute.invert(ready))
        self._done = numbers_of(done)
        return list(left.to_pylist())

    def _set(self, place: int) -> int:
        found = NOTHING
        for above, item in self._edges(place):
            found = self.sets.joined(found, self.sets.passed(item, NOTHING if above < 0 else self._done[above]))
        return found

    def _components(self, left: Sequence[int]) -> Iterator[list[int]]:
        """Strongly connected components of the rows that are left, bases first (Tarjan 1972, without recursion)."""
        index: dict[int, int] = {}
        low: dict[int, int] = {}
        waiting: list[int] = []
        held: set[int] = set()
        for root in left:
            if root in index or self._done[root] >= 0:
                continue
            work = [(root, self._open(root, index, low, waiting, held))]
            while work:
                place, bases = work[-1]
                for above in bases:
                    if above not in index:
                        work.append((above, self._open(above, index, low, waiting, held)))
                        break
                    if above in held:
                        low[place] = min(low[place], index[above])
                else:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[place])
                    if low[place] == index[place]:
                        yield self._closed(place, waiting, held)

    def _open(self, place: int, index: dict[int, int], low: dict[int, int], waiting: list[int], held: set[int]) -> Iterator[int]:
        index[place] = low[place] = len(index)
        waiting.append(place)
        held.add(place)
        return self._undone(place)

    def _undone(self, place: int) -> Iterator[int]:
        for above, _ in self._edges(place):
            if above >= 0 and self._done[above] < 0:
                yield above

    @staticmethod
    def _closed(place: int, waiting: list[int], held: set[int]) -> list[int]:
        members = []
        while True:
            member = waiting.pop()
            held.discard(member)
            members.append(member)
            if member == place:
                return members

    def _cycle(self, members: list[int]) -> None:
        self.cycles.append(members)
        inside = set(members)
        of_one = self._walked if len(members) <= WALKED else self._whole(members, inside)
        found = [(member, of_one(member, inside)) for member in members]
        for member, number in found:
            self._done[member] = number

    def _walked(self, start: int, inside: set[int]) -> int:
        """The bases of a row in a cycle, breadth first; the edges that lead back to it are none."""
        width, found = self.sets.width, NOTHING
        acts = {start: 0}
        level = [start]
        while level:
            following = []
            for place in level:
                for above, item in self._edges(place):
                    if above == start:
                        continue
                    act = item % width if place == start or not acts[place] else acts[place]
                    behind = NOTHING if above < 0 or above in inside else self._done[above]
                    found = self.sets.joined(found, self.sets.passed(item - item % width + act, behind))
                    if above in inside and above not in acts:
                        acts[above] = act
                        following.append(above)
            level = following
        return found

    def _whole(self, members: list[int], inside: set[int]) -> Callable[[int, set[int]], int]:
        """For a large cycle: what all edges of it bring, less what only edges to the row itself would."""
        width = self.sets.width
        counts: Counter[int] = Counter()
        into: dict[int, list[int]] = {}
        outside = NOTHING
        for place in members:
            for above, item in self._edges(place):
                changed = item - item % width + width - 1
                if above in inside:
                    counts[changed] += 1
                    into.setdefault(above, []).append(changed)
                else:
                    outside = self.sets.joined(
                        outside, self.sets.passed(changed, NOTHING if above is None else self._done[above])
                    )

        def of_one(place: int, _: set[int]) -> int:
            own = Counter(into.get(place, ()))
            rest = frozenset(item for item, count in counts.items() if own[item] < count)
            return self.sets.joined(outside, self.sets.number(rest))

        return of_one
