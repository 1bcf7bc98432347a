"""Chat templates are read as text: what would run code is named, what published models do is not."""

from __future__ import annotations

import os
import time
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.evidence.chat_template import findings, patterns, suspicious
from openness.gate.held_build import held_build
from tests.builds import Build, Tensor, Value

ORDINARY = """{%- set system = messages[0]['content'] if messages[0]['role'] == 'system' else 'You may import os and eval(x).' %}
{%- for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message['content'] | trim + '<|im_end|>' }}{% endfor %}
{%- if tools is not none %}{{ tools | tojson(indent=4) }}{{ raise_exception("no __call__ here") if false }}{%- endif %}
import os; __import__('os').system('this stands outside of any block')
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% set x = cycler.__init__.__globals__.os.popen('id') %}{{ x.read() }}",
        "{{ messages | attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
        "{{ lipsum|attr(x) }}",
        "{{ self['__init__'] }}",
        "{% include '/etc/passwd' %}",
        "{%- import 'x' as y -%}",
        "{{ os.popen('id') }}",
        "{{ eval('1') }}",
        '{{ namespace["\\137\\137class"] }}',
        "{{ f.gi_frame.f_globals }}",
        "{{ '}}' ~ x.__class__ }}",
        "{{ {'a': {}} ~ x.__class__ }}",
        "{# ' #}{{ x.__class__ }}{# ' #}",
        "{% raw %}{{ '{% endraw %}{{ os.popen('id') }}",
        "{{ x.__class__",
    ],
)
def test_what_reaches_for_the_interpreter_is_named(template: str) -> None:
    assert list(suspicious("Hello\n" + template))


def test_an_ordinary_template_with_such_words_in_its_texts_is_not_accused() -> None:
    assert [what for what, _, _ in suspicious(ORDINARY) if "in a text" not in what] == []


def test_the_line_and_the_passage_are_shown() -> None:
    (found,) = suspicious("one\ntwo\n{{ x | attr('y') }}")
    assert (found[1], "attr" in found[2]) == (3, True)


def head_findings(tmp_path: Path, **templates: str) -> list[str]:
    metadata = {"general.architecture": Value("string", "llama")}
    metadata |= {f"tokenizer.{name}": Value("string", text) for name, text in templates.items()}
    path = tmp_path / "x.gguf"
    path.write_bytes(Build(metadata=metadata, tensors=[Tensor("a", (32,))]).encode())
    with held_build(str(path)) as held:
        return [finding.message for finding in findings(held.head())]


def test_every_template_of_a_build_is_looked_at(tmp_path: Path) -> None:
    bad = "{{ x.__class__ }}"
    assert len(head_findings(tmp_path, **{"chat_template": ORDINARY, "chat_template.tool_use": bad})) == 2
    assert head_findings(tmp_path, chat_template="{{ messages }}") == []


def test_messages_are_fit_to_print(tmp_path: Path) -> None:
    (message,) = head_findings(tmp_path, chat_template="{{ x.__class__\x1b[31m\u202e }}")
    assert message.isprintable()


def test_a_template_beyond_all_sizes_is_said_not_read(tmp_path: Path) -> None:
    (message,) = head_findings(tmp_path, chat_template="{{ " * 400_000)
    assert "not looked into" in message


def test_what_jinja_does_not_execute_is_not_accused() -> None:
    assert list(suspicious("{# x.__class__ #}{% raw %}{{ x.__class__ }}{% endraw %}")) == []


@given(st.lists(st.sampled_from(["{{", "}}", "{%", "%}", "{#", "'", '"', "\\", "__x__", "(", "}", "|", "\n", " "]), max_size=300))
@settings(max_examples=100, deadline=1000)
def test_any_text_is_read_to_its_end(pieces: list[str]) -> None:
    for what, line, quote in suspicious("".join(pieces) * 20):
        assert what and quote and line >= 1


@pytest.mark.parametrize(
    "piece", ["{{", "{%", "{% raw %}", "{#", "{{ a.__x__ }}\n", "{{ '", "\\'", '"', "__a", "|      ", "os ", "[", "{{{"]
)
def test_the_longest_template_takes_less_than_two_seconds(piece: str) -> None:
    template = "{{ " + piece * (patterns().longest // len(piece) - 1)
    start = time.process_time()
    list(islice(suspicious(template), 1000))
    assert time.process_time() - start < 2


def test_the_templates_of_real_builds_are_not_accused() -> None:
    from tests.builds import gemma3, smollm2

    for build in (smollm2(), gemma3()):
        with held_build(os.fspath(build)) as held:
            assert findings(held.head()) == []
