"""Languages read by their tokens alone: JavaScript and TypeScript, others with C-like calls, and Python that does not parse.

Strings count where they are an argument of a known call, the value of a telling name or key, or an address; comments never
do. Time is linear in the text.
"""

from __future__ import annotations

from typing import Any

from openness.refs import keys
from openness.refs.forms.token_index import (
    callee,
    constants,
    declared,
    fits,
    functions,
    has_question,
    mlc_id,
    model_call,
    names_other_hub,
    rows,
)
from openness.refs.forms.token_lexer import Token, tokenize
from openness.refs.records import Confidence
from openness.refs.sink import Sink
from openness.refs.tables import table

MAX_FRAMES = 400
#: A value stands at most so many tokens behind its key (`model: flag ? "a" : "b"`).
REACH = 9
_COMPARED = frozenset(
    {"===", "!==", "==", "!=", "in", "includes", "case", "startsWith", "endsWith", "import", "from", "require", "+", "throw"}
)
#: What stands before the body of a function or a statement, which is no object.
_BEFORE_BLOCKS = frozenset({"=>", ")", "else", "try", "do", "finally", "->"})
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


class _Frame:
    __slots__ = ("argument", "call", "elsewhere", "key", "key_at", "listed", "mark", "outer", "start")

    def __init__(self, mark: str, call: str, key: str, start: int) -> None:
        self.mark, self.call, self.key, self.key_at, self.start = mark, call, key, start, start
        self.argument = 0
        self.outer = key
        self.elsewhere = self.listed = False


def read(text: str, sink: Sink, language: str) -> None:
    """Every reference that the tokens of a text give away."""
    tokens = list(tokenize(text, language))
    _Reader(tokens, sink, language, keys.mentions_other_hub(text)).read()


class _Reader:
    def __init__(self, tokens: list[Token], sink: Sink, language: str, other_hubs: bool) -> None:
        self.tokens, self.sink, self.language, self.other_hubs = tokens, sink, language, other_hubs
        self.inner = frozenset(table("keys")["inner"])
        self.constants = dict(constants(tokens))
        self.calls = {callee(tokens, i) for i, token in enumerate(tokens) if token.text == "("}
        self.rows = rows("python" if language == "python" else "javascript")
        self.object_keys = frozenset(table("javascript")["object_keys"])
        self.functions = functions(tokens) if language == "javascript" else {}
        self.ollama = frozenset(table("javascript")["ollama_calls"])

    def read(self) -> None:
        stack = [_Frame("", "", "", 0)]
        for index, token in enumerate(self.tokens):
            frame = stack[-1]
            if token.kind in ("string", "template", "pattern", "name"):
                self._text(index, token, frame, stack)
            elif token.text in _OPEN:
                if len(stack) < MAX_FRAMES:
                    stack.append(self._opened(index, token.text, frame))
            elif token.text in _CLOSE:
                if len(stack) > 1:
                    stack.pop()
            elif token.text == ",":
                frame.argument += 1
                if frame.mark != "[":
                    frame.key = ""
            elif token.text == ";":
                frame.key = ""
            elif (
                token.text in ("??", "||", "??=")
                and self.tokens[index - 1].kind == "name"
                and keys.tells(self.tokens[index - 1].text)
            ):
                frame.key, frame.key_at = self.tokens[index - 1].text, index
            elif token.text in (":", "=", ":=") and frame.mark != "[":
                self._key(index, token, frame)

    def _text(self, index: int, token: Token, frame: _Frame, stack: list[_Frame]) -> None:
        if token.kind == "name":
            self._constant(index, token, frame, stack)
        elif token.kind != "pattern":
            self._string(index, token, frame, stack)
        elif "/resolve/" in (start := token.text.partition("${")[0]):  # an address whose end is put together
            self.sink.add(start, token.offset, "address")

    # --- context

    def _opened(self, index: int, mark: str, frame: _Frame) -> _Frame:
        call = callee(self.tokens, index) if mark == "(" else frame.call if mark == "{" else ""
        inherits = mark in "[{" or call.rpartition(".")[2] in (
            "get",
            "getenv",
            "env",
            "Set",
            "Map",
            "freeze",
            "to_string",
            "into",
            "vec",
        )
        key = frame.key if inherits and (frame.mark == "[" or index - frame.key_at <= REACH) else ""
        if mark == "(" and not key and self.language != "python":
            key = frame.key if index - frame.key_at <= 2 else ""
        opened = _Frame(mark, call, key, index)
        if mark == "{" and index and self.tokens[index - 1].text in _BEFORE_BLOCKS:
            opened.outer = ""
        opened.listed = frame.mark == "["
        if self.other_hubs and mark in "[{":
            opened.elsewhere = frame.elsewhere or keys.is_other_hub(key) or names_other_hub(self.tokens, index)
        return opened

    def _key(self, index: int, token: Token, frame: _Frame) -> None:
        """The name before `:` or `=` (and before a type between them) is the key of what follows."""
        before = self.tokens[index - 1] if index else None
        if before is None or (
            token.text == ":" and frame.key and index - frame.key_at <= REACH and has_question(self.tokens, frame.key_at, index)
        ):
            return
        if token.text == "=" and not frame.key and before.text in (">", "]") and (name := declared(self.tokens, index)):
            frame.key, frame.key_at = name, index
            return
        if token.text == "=" and index > 2 and self.tokens[index - 2].text == ":":
            return  # `model: string = …`: the name is the key already
        if before.kind in ("name", "string"):
            if before.kind == "string" and "/" in before.text and frame.key:
                return
            frame.key, frame.key_at = before.text, index
        elif before.text == "]" and index > 3 and self.tokens[index - 2].kind == "string":
            frame.key, frame.key_at = self.tokens[index - 2].text, index

    # --- values

    def _whole(self, index: int) -> bool:
        """Whether the value stands alone: not a part of a sum, a comparison, a member access or a call on it."""
        before = self.tokens[index - 1].text if index else ""
        after = self.tokens[index + 1].text if index + 1 < len(self.tokens) else ""
        return (
            before not in _COMPARED
            and after not in ("+", ".", "==", "===", "!=", "!==", "in")
            and not (after == ":" and before in ("{", ","))
        )

    def _is_key(self, index: int) -> bool:
        after = self.tokens[index + 1].text if index + 1 < len(self.tokens) else ""
        return after == ":" and self.tokens[index - 1].text in ("{", ",")

    def _string(self, index: int, token: Token, frame: _Frame, stack: list[_Frame]) -> None:
        if self._is_key(index) and frame.mark == "{" and "/" in token.text and (means := keys.tells(frame.outer)):
            self.sink.add(token.text, token.offset, means, "low")
        if not self._whole(index) or len(token.text) > 2000:
            return
        if self._value(token.text, token.offset, index, frame, stack) or len(token.text.split()) != 1:
            return
        if "/" in token.text:
            self.sink.add(token.text, token.offset, "address")
        elif self.language == "javascript":
            self._mlc(token.text, token.offset)

    def _constant(self, index: int, token: Token, frame: _Frame, stack: list[_Frame]) -> None:
        """A constant of the file as an argument of a known call."""
        known = self.constants.get(token.text)
        if known and frame.mark == "(" and self._whole(index) and self.tokens[index - 1].text in ("(", ",", ":", "="):
            for value, offset in known:
                self._argument(value, offset, index, frame)

    def _value(self, value: str, offset: int, index: int, frame: _Frame, stack: list[_Frame]) -> bool:
        if frame.mark == "(" and not (self.language == "python" and frame.key) and self._argument(value, offset, index, frame):
            return True
        key = frame.key
        if not key and frame.mark == "[" and len(stack) > 1 and stack[-2].mark == "(":
            return self._argument(value, offset, index, stack[-2])
        if not key or (frame.mark not in "[{" and index - frame.key_at > REACH):
            return False
        if frame.mark == "{" and key in self.object_keys and any(row["means"] == "hub" for row in self._rows_of(frame.call)):
            return self.sink.add(value, offset, "hub", "high", weight_file=self._file_beside(index))
        if frame.elsewhere:
            return False
        means = self._meaning(key, frame)
        if means in ("open", "hub") and (frame.call in self.ollama or any(f.call in self.ollama for f in stack[-3:])):
            means = "ollama"
        if means is None:
            return False
        if self._mlc(value, offset):
            return True
        confidence: Confidence = "high" if means == "hub" else "medium"
        return self.sink.add(value, offset, means, confidence)

    def _meaning(self, key: str, frame: _Frame) -> str | None:
        """What a key says; a plain one (`id`) says what the key of the object, or of its list, says, and so does one that says
        nothing in a table (`models: {small: …}`)."""
        means = keys.meaning(key, variable=frame.mark == "" and self.language != "python")
        plain = key in self.inner and means in (None, "open")
        table_of_names = means is None and self.language == "javascript" and not frame.listed and not frame.call
        if frame.mark == "{" and frame.outer and (plain or table_of_names):
            means = keys.tells(frame.outer) or means
        return None if means == "none" else means

    def _rows_of(self, call: str) -> list[dict[str, Any]]:
        return [row for row in self.rows.get(call.rpartition(".")[2], ()) if fits(row, call)] if call else []

    def _file_beside(self, index: int) -> str | None:
        """The value of ``file:`` right behind a repository in the same object."""
        ahead = self.tokens[index + 1 : index + 5]
        return ahead[3].text if len(ahead) == 4 and ahead[1].text in ("file", "filename") and ahead[3].kind == "string" else None

    def _revision_behind(self, index: int) -> str | None:
        """``from_pretrained("owner/name", {revision: "…"})``: the value of that key in what is left of the call."""
        depth = 1
        for at in range(index + 1, min(index + 40, len(self.tokens) - 2)):
            text = self.tokens[at].text if self.tokens[at].kind != "string" else ""
            depth += (text in _OPEN and text != "") - (text in _CLOSE and text != "")
            if depth <= 0:
                return None
            if text == "revision" and self.tokens[at + 1].text in (":", "=") and self.tokens[at + 2].kind == "string":
                return self.tokens[at + 2].text
        return None

    def _argument(self, value: str, offset: int, index: int, frame: _Frame) -> bool:
        found = False
        parameters = self.functions.get(frame.call, ())
        if frame.argument < len(parameters) and (means := keys.tells(parameters[frame.argument], variable=True)):
            local = any(name in self.calls for name in self.ollama)
            return self.sink.add(value, offset, "ollama" if local and means == "open" else means, "medium")
        for row in self._rows_of(frame.call):
            if row.get("argument") != frame.argument:
                continue
            if row["means"] == "mlc":
                found |= self._mlc(value, offset)
                continue
            file = None
            if isinstance(row.get("file"), int) and self.tokens[index + 1 : index + 3]:
                file = next((t.text for t in self.tokens[index + 1 : index + 3] if t.kind == "string"), None)
            found |= self.sink.add(
                value,
                offset,
                row["means"],
                "high",
                weight_file=file,
                revision=self._revision_behind(index),
                default_owner=row.get("default_owner"),
            )
        last = frame.call.rpartition(".")[2]
        if not self._rows_of(frame.call) and frame.argument < 3 and self.language != "python" and model_call().fullmatch(last):
            return self.sink.add(value, offset, "open", "medium")
        return found

    def _mlc(self, value: str, offset: int) -> bool:
        """WebLLM's prebuilt ids have no owner of their own; what follows ``-MLC`` is a setting of the same repository."""
        match = mlc_id().fullmatch(value)
        if match is None:
            return False
        return self.sink.add(match[1], offset, "hub", "high", default_owner=table("javascript")["mlc_owner"])
