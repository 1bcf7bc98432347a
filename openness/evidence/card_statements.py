"""Which components a line of a card states, and how far each can be had: by its label, by its section, by the words of a
link, by a sentence, or by a statement that something is withheld. What counts is what a link is, never that there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from openness.evidence.card_lines import Line
from openness.evidence.card_links import ADDRESS, MARKDOWN, Link, Owner, links_in, model
from openness.evidence.card_words import CardWords, Sentence, Statement

LABEL = re.compile(
    r"\s{0,8}(?:[-*+•|>]\s{0,4}){0,3}(?:\d{1,2}[.)]\s{1,3})?[*_`]{0,3}([^:：\[\]<>|*_`]{2,60}?)[*_`]{0,3}\s{0,2}"
    r"(?:[:|](?=[\s*_`\[<])|：|:$|:(?=\w)(?!//))[*_`|]{0,4}\s{0,4}"
)
BOLD = re.compile(r"\s{0,8}(?:[-*+•]\s{1,4})?(?:\*\*|__)([^*_:：|]{2,60})(?:\*\*|__)\s{1,4}(?=\S)")
#: Longer stretches are no sentence that a pattern is tried on.
MAX_SENTENCE = 500
SENTENCES = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？；])")
#: A line with no more letters than this outside its links is a list of links.
FEW_LETTERS = 40
#: Kinds of links that tell of a thing and are not the thing.
DOCUMENTS = frozenset({"paper", "reviewed", "report", "page", "other", "document"})
CODE = frozenset({"training-code", "data-preprocessing-code", "evaluation-code", "inference-code"})
PAPERS = frozenset({"research-paper", "technical-report", "code-documentation"})
#: Components that are claims: what they say is held against the front matter, it is no part of a release.
CLAIMS = {"license": "license", "base": "base-stated", "teacher": "teacher-stated"}


class Stated(msgspec.Struct, frozen=True):
    """A component that a line states. ``statement`` is the row that made it, where a label or heading did. ``own``: the address
    is the publisher's, or a label calls it the model's; other repositories hold more than what is said of them here."""

    component: str
    availability: str
    kind: str
    address: str
    line: Line
    statement: Statement | None = None
    own: bool = True


class Claimed(msgspec.Struct, frozen=True):
    """A claim that a line makes of something that is no component: the base or a teacher."""

    claim: str
    value: str
    line: Line


class Labeled(msgspec.Struct, frozen=True):
    """A line with what introduces it: a statement by label or section, the label as written, and the words behind it."""

    line: Line
    statement: Statement | None
    label: str
    said: str
    links: tuple[Link, ...]


def labeled(line: Line, section: Statement | None, words: CardWords, owner: Owner) -> Labeled:
    """Read the label of a line; a label that is known wins over the section."""
    links = tuple(links_in(line.text, words, owner))
    for pattern in (LABEL, BOLD):
        match = pattern.match(line.text)
        found = words.statement(match[1]) if match else None
        if match and found is not None:
            return Labeled(line, found, match[1].strip(), line.text[match.end() :].strip(), links)
    return Labeled(line, section, "", line.text.strip(), links)


def stated(row: Labeled, words: CardWords) -> Iterator[Stated]:
    """What a line states through its label or section, and through the words that its links stand behind."""
    few = _words_outside(row.line.text) <= FEW_LETTERS
    for link in row.links:
        own = words.statement(link.words.partition(":")[0]) if link.words and few else None
        statement = own or row.statement
        if statement is None or statement.component in CLAIMS:
            continue
        if own is None and not row.label and link.kind in DOCUMENTS and statement.component not in PAPERS:
            continue  # a section that cites a paper is not documented by it
        if available := statement.links.get(link.kind):
            yield Stated(statement.component, available, link.kind, link.address, row.line, statement)
            if link.kind in statement.also:
                yield Stated(statement.also[link.kind], available, link.kind, link.address, row.line, statement)
    yield from _named(row, words)


def _words_outside(text: str) -> int:
    """Letters of a line that stand in no link. In running text the words of a link say what it is no more than others do."""
    return len(re.sub(r"[\W_]+", "", ADDRESS.sub("", MARKDOWN.sub("", text))))


def _named(row: Labeled, words: CardWords) -> Iterator[Stated]:
    """Things named without an address: the words behind a label, or names of known data sets under a heading."""
    statement = row.statement
    if statement is None or not statement.named or not says_something(row.said, words):
        return
    if statement.known_names == "yes":
        if words.names_data(row.said):
            yield Stated("data-sources", statement.named, "named", "", row.line, statement)
    elif row.label:
        yield Stated(statement.component, statement.named, "named", "", row.line, statement)


def says_something(said: str, words: CardWords) -> bool:
    """False for an empty place of a template: nothing, "[More Information Needed]", "N/A"."""
    text = said.strip().strip("*_`|").strip()
    return bool(text) and re.fullmatch(words.license.placeholders, text, re.IGNORECASE) is None


def sentences(text: str) -> list[str]:
    """The sentences of a line, short enough to try patterns on."""
    return [part[:MAX_SENTENCE] for part in SENTENCES.split(text) if part and len(part) > 5][:60]


def spoken(row: Labeled, words: CardWords) -> Iterator[Stated | Claimed]:
    """What the sentences of a line state. A sentence that says that something is withheld states nothing else."""
    if not words.triggered(row.line.text):
        return
    for sentence in sentences(row.line.text):
        withheld = list(_withheld(sentence, words))
        yield from (Stated(component, "withheld", "statement", "", row.line) for component in withheld)
        if withheld:
            continue
        links = [link for link in row.links if link.address in sentence]
        bare = ADDRESS.sub(" ", sentence)
        for rule in words.sentences:
            if row.label and row.statement is not None and rule.component == row.statement.component:
                continue  # the label says what its link is; its own words are no sentence beside it
            if rule.unless and compiled(rule.unless).search(bare):
                continue
            if match := compiled(rule.pattern).search(bare):
                yield from _by_rule(rule, match, links, bare, row, words)


def _by_rule(
    rule: Sentence, match: re.Match[str], links: list[Link], sentence: str, row: Labeled, words: CardWords
) -> Iterator[Stated | Claimed]:
    if rule.claim:
        yield from _claim(rule, match, links, row)
        return
    counted = [(x, rule.links[x.kind]) for x in links if x.kind in rule.links and (x.own or rule.own == "no")]
    for link, available in counted:
        # running text praises other people's tools; only a label calls them the model's code
        foreign = not link.own and rule.component in CODE
        yield Stated(rule.component, "described" if foreign else available, link.kind, link.address, row.line, own=link.own)
    if rule.named and words.names_data(sentence):
        yield Stated("data-sources", rule.named, "named", "", row.line)
    if rule.states and not counted:
        yield Stated(rule.component, rule.states, "statement", "", row.line)


def _claim(rule: Sentence, match: re.Match[str], links: list[Link], row: Labeled) -> Iterator[Claimed]:
    """The Hub models linked behind the words of the pattern; else what the pattern itself names."""
    text = row.line.text
    start = text.find(match[0])
    after = [found for link in links if text.find(link.address) >= start and (found := model(link.address))]
    for found in after[:1]:
        yield Claimed(CLAIMS[rule.claim], found, row.line)
    named = match.groupdict().get("what")
    if not after and named:
        yield Claimed(CLAIMS[rule.claim], named.strip(" .,;:*_`[]()"), row.line)


def _withheld(sentence: str, words: CardWords) -> Iterator[str]:
    for rule in words.withheld:
        match = compiled(rule.pattern).search(sentence)
        if match and not compiled(words.not_withheld).search(sentence[: match.end() + 60]):
            yield rule.component


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
