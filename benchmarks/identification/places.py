"""Where a restriction can hide in a license, and how its words can be disguised."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

from .layout import paragraphs, title_of
from .markup import markdown, web_page
from .perturb import filled

Place = Callable[[str, str, random.Random], str]
LOOKALIKES = str.maketrans({"a": "а", "c": "с", "e": "е", "o": "о", "p": "р", "x": "х", "i": "і", "y": "у"})
GREEK = str.maketrans({"o": "ο", "v": "ν", "i": "ι", "a": "α", "u": "υ", "N": "Ν", "A": "Α", "E": "Ε", "R": "Ρ"})
END = re.compile(r"END OF TERMS AND CONDITIONS", re.IGNORECASE)


def _bare(clause: str) -> str:
    return clause.rstrip(".。")


def _between(text: str, clause: str, at: int) -> str:
    parts = paragraphs(text)
    at = min(max(at, 0), len(parts))
    return "\n\n".join([*parts[:at], clause, *parts[at:]]) + "\n"


def _middle(text: str, rng: random.Random) -> int:
    return rng.randint(1, max(1, len(paragraphs(text)) - 1))


def append(text: str, clause: str, rng: random.Random) -> str:
    return f"{text.rstrip()}\n\n{clause}\n"


def append_joined(text: str, clause: str, rng: random.Random) -> str:
    return f"{text.rstrip()} {clause}\n"


def prepend(text: str, clause: str, rng: random.Random) -> str:
    return f"{clause}\n\n{text}"


def between(text: str, clause: str, rng: random.Random) -> str:
    return _between(text, clause, _middle(text, rng))


def inside(text: str, clause: str, rng: random.Random) -> str:
    ends = [match.end() for match in re.finditer(r"[a-z)]{3,}\.(?=\s)", text)] or [len(text)]
    at = rng.choice(ends)
    return f"{text[:at]} {clause}{text[at:]}"


def parenthesis(text: str, clause: str, rng: random.Random) -> str:
    commas = [match.start() for match in re.finditer(r"(?<=[a-z]), ", text)] or [len(text)]
    at = rng.choice(commas)
    return f"{text[:at]} ({_bare(clause)}){text[at:]}"


def list_item(text: str, clause: str, rng: random.Random) -> str:
    return _between(text, f"{rng.randint(3, 12)}. {clause}", _middle(text, rng))


def after_title(text: str, clause: str, rng: random.Random) -> str:
    return _between(text, clause, 1 if title_of(text) else 0)


def in_title(text: str, clause: str, rng: random.Random) -> str:
    title, parts = title_of(text) or "License", paragraphs(text)
    return "\n\n".join([f"{title} ({_bare(clause)})", *(parts[1:] if title_of(text) else parts)]) + "\n"


def copyright_line(text: str, clause: str, rng: random.Random) -> str:
    shape = rng.choice(
        [
            "Copyright (c) 2024 Jane Developer. {}",
            "Copyright (c) 2024 Jane Developer ({})",
            "(c) 2021 ACME Corp., {}",
            "© 2023 Foo - {}",
        ]
    )
    return f"{shape.format(clause)}\n\n{filled(text)}"


def reserved_line(text: str, clause: str, rng: random.Random) -> str:
    return f"Copyright (c) 2024 Jane Developer\nAll rights reserved. {clause}\n\n{filled(text)}"


def after_end(text: str, clause: str, rng: random.Random) -> str:
    match = END.search(text)
    if match:
        return f"{text[: match.end()]}\n\n{clause}\n{text[match.end() :]}"
    return f"{text.rstrip()}\n\nEND OF TERMS AND CONDITIONS\n\n{clause}\n"


def html_attribute(text: str, clause: str, rng: random.Random) -> str:
    name, quote = rng.choice(["title", "data-note", "aria-label", "alt"]), clause.replace('"', "&quot;")
    return web_page(text, rng).replace("<p class=", f'<p {name}="{quote}" class=', 1)


def html_meta(text: str, clause: str, rng: random.Random) -> str:
    quote = clause.replace('"', "&quot;")
    return web_page(text, rng).replace("</title>", f'</title><meta name="description" content="{quote}">', 1)


def html_title(text: str, clause: str, rng: random.Random) -> str:
    return re.sub(r"<title>.*?</title>", lambda m: f"<title>{_bare(clause)}</title>", web_page(text, rng))


def html_hidden(text: str, clause: str, rng: random.Random) -> str:
    return web_page(text, rng).replace("</div>\n</body>", f'<p style="display:none">{clause}</p></div>\n</body>', 1)


def html_script(text: str, clause: str, rng: random.Random) -> str:
    shape = rng.choice(
        ["<noscript>{}</noscript>", "<style>/* {} */</style>", "<script>// {}\n</script>", "<template>{}</template>"]
    )
    return web_page(text, rng).replace("<body>\n", f"<body>\n{shape.format(clause)}\n", 1)


def html_entities(text: str, clause: str, rng: random.Random) -> str:
    coded = "".join(f"&#{ord(letter)};" for letter in clause)
    return web_page(text, rng).replace("</div>\n</body>", f"<p>{coded}</p></div>\n</body>", 1)


def html_comment(text: str, clause: str, rng: random.Random) -> str:
    if rng.random() < 0.5:
        return f"<!-- {clause} -->\n{text}"
    return web_page(text, rng).replace("<p class=", f"<!-- {clause} -->\n<p class=", 1)


def link_target(text: str, clause: str, rng: random.Random) -> str:
    slug = "-".join(re.findall(r"\w+", clause.casefold()))
    target = rng.choice([f'https://example.org/license "{_bare(clause)}"', f"https://example.org/terms/{slug}", f"#{slug}"])
    return f"[License terms]({target})\n\n{markdown(text, rng)}"


def link_text(text: str, clause: str, rng: random.Random) -> str:
    return f"{markdown(text, rng)}\n[{_bare(clause)}](https://example.org/more)\n"


def link_reference(text: str, clause: str, rng: random.Random) -> str:
    mark = rng.choice(["[terms]: https://example.org '{}'", "[^1]: {}", "[//]: # ({})", "[comment]: <> ({})", "[//]: # '{}'"])
    return f"{markdown(text, rng)}\n{mark.format(_bare(clause).replace(chr(39), '’'))}\n"


def image_text(text: str, clause: str, rng: random.Random) -> str:
    return f"![{_bare(clause)}](https://example.org/badge.svg)\n\n{markdown(text, rng)}"


def front_matter(text: str, clause: str, rng: random.Random) -> str:
    key = rng.choice(["usage", "extra_gated_prompt", "note", "title", "license_details"])
    quote = clause.replace('"', "'")
    return f'---\n{key}: "{quote}"\n---\n\n{text}'


def brackets(text: str, clause: str, rng: random.Random) -> str:
    return _between(text, f"[{_bare(clause)}]", rng.choice([0, 1, 10**6, _middle(text, rng)]))


def braces(text: str, clause: str, rng: random.Random) -> str:
    return _between(text, f"{{{_bare(clause)}}}", rng.choice([0, 1, 10**6]))


def angles(text: str, clause: str, rng: random.Random) -> str:
    return _between(text, f"<{_bare(clause)}>", rng.choice([0, 1, 10**6, _middle(text, rng)]))


def placeholder(text: str, clause: str, rng: random.Random) -> str:
    """In the place of the holder's name."""
    shape = rng.choice(["Copyright (c) 2024 <{}>", "Copyright (c) [{}] Jane Developer", "Copyright {{{}}} Jane Developer"])
    return f"{shape.format(_bare(clause))}\n\n{text}"


def signature(text: str, clause: str, rng: random.Random) -> str:
    shape = rng.choice(
        [
            "Jane Developer, {}",
            "-- \nJane Developer\n{}",
            "Signed: J. Developer ({})",
            "Last updated: 2024-05-01. {}",
            "{}\nMay 4, 2016",
        ]
    )
    return f"{text.rstrip()}\n\n{shape.format(_bare(clause))}\n"


def code_comment(text: str, clause: str, rng: random.Random) -> str:
    mark = rng.choice(["//", "#", "--", ";", "%", "/*"])
    return f"{text.rstrip()}\n{mark} {clause}{' */' if mark == '/*' else ''}\n"


def far_below(text: str, clause: str, rng: random.Random) -> str:
    return text.rstrip() + "\n" * 80 + " " * 200 + clause + "\n"


def repeated(text: str, clause: str, rng: random.Random) -> str:
    return text.rstrip() + "\n\n" + f"{clause}\n" * 4


def ruled(text: str, clause: str, rng: random.Random) -> str:
    return f"{text.rstrip()}\n\n{'-' * 70}\n{clause}\n{'=' * 70}\n"


PLACES: dict[str, Place] = {
    "append": append,
    "append-joined": append_joined,
    "prepend": prepend,
    "between": between,
    "inside": inside,
    "parenthesis": parenthesis,
    "list-item": list_item,
    "after-title": after_title,
    "in-title": in_title,
    "copyright-line": copyright_line,
    "reserved-line": reserved_line,
    "after-end": after_end,
    "html-attribute": html_attribute,
    "html-meta": html_meta,
    "html-title": html_title,
    "html-hidden": html_hidden,
    "html-script": html_script,
    "html-entities": html_entities,
    "html-comment": html_comment,
    "link-target": link_target,
    "link-text": link_text,
    "link-reference": link_reference,
    "image-text": image_text,
    "front-matter": front_matter,
    "brackets": brackets,
    "braces": braces,
    "angles": angles,
    "placeholder": placeholder,
    "signature": signature,
    "code-comment": code_comment,
    "far-below": far_below,
    "repeated": repeated,
    "ruled": ruled,
}


def _zero_width(clause: str, rng: random.Random) -> str:
    return re.sub(
        r"(\w)(?=\w)", lambda m: m[1] + (rng.choice("\u200b\u200c\u2060\ufeff\u00ad") if rng.random() < 0.4 else ""), clause
    )


def _accented(clause: str, rng: random.Random) -> str:
    return re.sub(r"[a-z]", lambda m: m[0] + ("\u0301" if rng.random() < 0.2 else ""), clause)


DISGUISES: dict[str, Callable[[str, random.Random], str]] = {
    "zero-width": _zero_width,
    "cyrillic": lambda clause, rng: clause.translate(LOOKALIKES),
    "greek": lambda clause, rng: clause.translate(GREEK),
    "fullwidth": lambda clause, rng: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in clause),
    "mathematical": lambda clause, rng: "".join(chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in clause),
    "accents": _accented,
    "spaced": lambda clause, rng: "   ".join(" ".join(word) for word in clause.split()),
    "digits": lambda clause, rng: clause.translate(str.maketrans("oielst", "01315+")),
    "hyphens": lambda clause, rng: "-".join(clause.split()),
    "joined": lambda clause, rng: "".join(word.capitalize() for word in clause.split()),
    "emphasis": lambda clause, rng: " ".join(f"**{word[:2]}**{word[2:]}" for word in clause.split()),
    "capitals": lambda clause, rng: clause.upper(),
    "decomposed": lambda clause, rng: unicodedata.normalize("NFD", clause).replace(" ", "\u2003"),
}
