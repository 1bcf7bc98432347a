"""Licenses of our own making in the layouts in which developers have such texts, and indexes built from them."""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path
from typing import Any

import yaml

from openness.evidence.index_build import build
from openness.evidence.license_index import LicenseIndex
from openness.evidence.restrictive import RestrictiveWords
from openness.evidence.words import Words, words_of
from openness.sources.license_folders import license_texts

ROOT = Path(__file__).parent.parent.parent
APACHE = (ROOT / "LICENSE").read_text("utf-8")

PEBBLE = """\
Pebble License

Copyright (c) 2031 Wren Tarn

Anyone who holds a copy of this pebble may skip it across any pond, paint it, lend it to a neighbor, carve it into
smaller pebbles, or carry it off in a basket, and may let others do the same, so long as two things are kept in mind:

1. Each basket in which the pebble travels bears this notice in a place where a curious neighbor can read it.

2. The name of the quarry is mentioned in no praise of a carved pebble, unless the quarry has agreed to that in writing.

The pebble is handed over as it was found in the river. Nobody promises that it floats, that it is round, or that it fits
a given sling. The quarry answers for no window that was broken with it, however the window came to be broken.
"""

#: Its twin: one more duty, and otherwise word for word the same.
PEBBLE_THANKS = PEBBLE.replace("Pebble License", "Pebble License with Thanks").replace(
    "The pebble is handed over",
    "3. Every painted pebble thanks the river by name on its underside, in letters that last three winters.\n\nThe pebble is handed over",
)

HERON = """\
HERON MODEL LICENSE AGREEMENT
Version 1.0

By wading into the marsh with the heron or with anything that the heron has hatched, the wader accepts these terms.

1. Meaning of words. "Heron" means the bird, its feathers and the tables of numbers from which it was raised. "Egg" means
whatever is laid by a heron, be it white or blue. "Keeper" means Marsh Lantern Works of Reedham.

2. What the wader may do. The keeper lets the wader feed, follow, count, draw and hatch the heron in every marsh, free of
charge and for as long as the marsh is wet, and lets the wader hand on eggs under these same terms.

3. Large marshes. If more than 700 waders enter a marsh in one season, or if the tolls of that marsh exceed 5,000 shells
a year, the wader asks the keeper for a separate ferry and stays ashore until the ferry has come.

4. What the wader leaves alone. The wader does not teach a rival bird by means of the heron's calls, and does not fly the
heron over a sleeping village, whatever the weather.

5. End. These terms end when the wader breaks one of them; the eggs are then returned to the nest within 30 days.

END OF TERMS AND CONDITIONS
"""

QUARTZ = """\
Quartz Data Terms

The tables in this box were counted by hand over eleven autumns. Whoever opens the box may sort them, join them with other
tables, print them on cloth, and give the cloth away, provided that the counters are named on the hem of each cloth.

A cloth on which the tables were changed says so in a color other than that of the tables. Sums drawn from the tables belong
to whoever drew them, and carry no such duty. Mistakes in counting were made in good faith; the counters make none good.
"""

LANTERN_POLICY = """\
Lantern Acceptable Use Policy

The lantern may be carried by everyone except into the following places: a hayloft, a powder mill, the cabin of a sleeping
captain, or a room whose owner has asked for darkness. The carrier keeps the flame below the brass ring at all times, reports
a cracked glass before the next tide, and lends the lantern to nobody who has not read this page with care.
"""

TEXTS = {
    "pebble": PEBBLE,
    "pebble-thanks": PEBBLE_THANKS,
    "heron-1.0": HERON,
    "quartz-data": QUARTZ,
    "lantern-use-policy": LANTERN_POLICY,
}
FACTS = {
    "pebble": {"title": "Pebble License", "spdx": "Pebble"},
    "heron-1.0": {"title": "Heron Model License Agreement 1.0", "scancode_key": "heron"},
}

XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<SPDXLicenseCollection xmlns="http://www.spdx.org/license">
  <license isOsiApproved="false" licenseId="Sundial" name="Sundial License">
    <text>
      <titleText><p>The Sundial License</p></titleText>
      <copyrightText><p>Copyright (c) &lt;year&gt; &lt;maker&gt;</p></copyrightText>
      <p>The dial is lent to <alt name="who" match="each passer-by|all passers-by">each passer-by</alt> who wants to know the hour,
         and may be copied in stone, brass or chalk by whoever finds the shadow pleasing to look upon.</p>
      <list>
        <item><bullet>1.</bullet>A copied dial names <alt name="maker" match=".+">THE MAKER OF THE DIAL</alt> on its rim.</item>
        <item><bullet>2.</bullet>A dial that is moved indoors is covered with a cloth, since it tells the hour no longer.</item>
      </list>
      <p>The sun is not part of the dial, and its absence on a given day is nobody's fault.</p>
      <optional><p>A dial may be polished each spring by the youngest member of the household.</p></optional>
    </text>
  </license>
</SPDXLicenseCollection>
"""

SCANCODE = """\
---
key: weathervane
short_name: Weathervane 2.0
name: Weathervane Public License 2.0
category: Permissive
owner: Nobody
spdx_license_key: Weathervane-2.0
other_spdx_license_keys:
  - Vane-2.0
---

The vane turns with the wind and so may everyone who climbs the roof: bend it, gild it, draw its shape, and set its like upon
other roofs, as long as the letters of the four winds stay legible from the street and the ladder is put back afterwards.
The vane may point the wrong way. Ships that followed it have no claim against the roof or against those who live below it.
"""

TEMPLATE = (
    "<<beginOptional>>Cistern License\n\n<<endOptional>>"
    'Water from the cistern may be drawn by <<var;name="who";original="the whole village";match="the whole village|the whole town">> '
    "at any hour, boiled, sold by the cup or poured over roses, as long as the lid is closed behind every bucket and the rope is "
    'left dry. <<var;name="keeper";original="The keeper of the cistern";match=".+">> does not vouch for the taste.\n'
    "<<beginOptional>>In a dry summer the roses come last, and the village forgives them for wilting.<<endOptional>>"
)
TEMPLATE_TEXT = (
    "Cistern License\n\nWater from the cistern may be drawn by the whole village at any hour, boiled, sold by the cup or poured over roses, "
    "as long as the lid is closed behind every bucket and the rope is left dry. The keeper of the cistern does not vouch for the taste.\n"
    "In a dry summer the roses come last, and the village forgives them for wilting."
)


def plain_folder(folder: Path, texts: dict[str, str] | None = None) -> Path:
    """``<id>.txt`` with ``<id>.json`` beside some."""
    folder.mkdir(parents=True, exist_ok=True)
    for id, text in (TEXTS if texts is None else texts).items():
        (folder / f"{id}.txt").write_text(text, "utf-8")
        if id in FACTS:
            (folder / f"{id}.json").write_text(json.dumps({"id": id, **FACTS[id]}), "utf-8")
    return folder


def xml_folder(folder: Path) -> Path:
    """As SPDX's license-list-XML is laid out."""
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "Sundial.xml").write_text(XML, "utf-8")
    return folder


def scancode_folder(folder: Path) -> Path:
    """As licensedcode/data of scancode-toolkit is laid out."""
    (folder / "licenses").mkdir(parents=True)
    (folder / "licenses" / "weathervane.LICENSE").write_text(SCANCODE, "utf-8")
    return folder


def list_data_folder(folder: Path) -> Path:
    """As SPDX's license-list-data is laid out."""
    (folder / "json" / "details").mkdir(parents=True)
    facts = {
        "licenseId": "Cistern-1.0",
        "name": "Cistern License",
        "licenseText": TEMPLATE_TEXT,
        "standardLicenseTemplate": TEMPLATE,
    }
    (folder / "json" / "details" / "Cistern-1.0.json").write_text(json.dumps(facts), "utf-8")
    return folder


@functools.cache
def word_lists() -> dict[str, Any]:
    names = {"restrictive": "restrictive_words.yaml", "equivalent": "equivalent_words.yaml", "standard": "standard_wording.yaml"}
    return {key: yaml.load((ROOT / "corpus" / name).read_text("utf-8"), Loader=yaml.CSafeLoader) for key, name in names.items()}


@functools.cache
def restrictive() -> RestrictiveWords:
    return RestrictiveWords(word_lists()["restrictive"])


def split(text: str) -> Words:
    return words_of(text, restrictive(), word_lists()["equivalent"])


def built(*folders: Path) -> bytes:
    return build((text for folder in folders for text in license_texts(folder)), word_lists())


def index_of(*folders: Path) -> LicenseIndex:
    return LicenseIndex(built(*folders), "test")


@functools.cache
def tiny_index() -> LicenseIndex:
    """All of the above and the repository's own Apache-2.0."""
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        folders = [plain_folder(base / "plain", {**TEXTS, "apache-2.0": APACHE}), xml_folder(base / "xml")]
        return index_of(*folders, scancode_folder(base / "scancode"), list_data_folder(base / "list"))


@functools.cache
def packaged_index() -> LicenseIndex:
    """The index that travels with the package."""
    return LicenseIndex.open()
