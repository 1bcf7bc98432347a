"""The languages that references are written in: each reads one text and hands what it finds to a sink."""

from __future__ import annotations

from openness.refs.sink import Sink


def read_language(language: str, text: str, sink: Sink) -> None:
    """Read ``text`` as ``language``; only the reader that is needed is imported."""
    if language in ("yaml", "json", "toml", "compose"):
        from importlib import import_module

        from openness.refs.forms.settings import Settings

        events = import_module(f"openness.refs.forms.{'yaml' if language == 'compose' else language}_events").events
        Settings(text, sink, context="docker" if language == "compose" else None).read(events(text))
    elif language in ("javascript", "source"):
        from openness.refs.forms import token_reader

        token_reader.read(text, sink, language)
    elif language == "python":
        from openness.refs.forms import python

        python.read(text, sink)
    elif language == "shell":
        from openness.refs.forms import shell

        shell.read(text, sink)
    else:
        _read_other(language, text, sink)


def _read_other(language: str, text: str, sink: Sink) -> None:
    from importlib import import_module

    name = {"dotenv": "config_lines"}.get(language, language)
    import_module(f"openness.refs.forms.{name}").read(text, sink)
