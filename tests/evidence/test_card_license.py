"""What a card's prose says of licenses, in the words of many cards and languages; and what it does not say."""

from __future__ import annotations

import pytest

from openness.evidence.card_links import Owner
from tests.evidence.cards import claims


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- License: Apache-2.0", [("license", "Apache-2.0")]),
        ("**License:** MIT License", [("license", "MIT License")]),
        ("- **License**: [MIT](LICENSE)", [("license", "MIT")]),
        ("* License(s): CC-BY-NC-4.0", [("license", "CC-BY-NC-4.0")]),
        ("License：Apache License 2.0", [("license", "Apache License 2.0")]),
        ("| License | CC BY 4.0 |", [("license", "CC BY 4.0")]),
        ("<tr><td>License</td><td>Apache 2.0</td></tr>", [("license", "Apache 2.0")]),
        ("<tr>\n<td>License</td>\n<td>Apache 2.0</td>\n</tr>", [("license", "Apache 2.0")]),
        ("许可证：Apache-2.0", [("license", "Apache-2.0")]),
        ("- ライセンス: MIT License", [("license", "MIT License")]),
        ("- 라이선스: Apache 2.0", [("license", "Apache 2.0")]),
        ("- Licence : Apache 2.0", [("license", "Apache 2.0")]),
        ("- Lizenz: CC-BY-4.0", [("license", "CC-BY-4.0")]),
        ("- Licencia: MIT", [("license", "MIT")]),
        ("- Licença: MIT", [("license", "MIT")]),
        ("- Лицензия: Apache 2.0", [("license", "Apache 2.0")]),
    ],
)
def test_a_label_names_a_license(text: str, expected: list[tuple[str, object]]) -> None:
    assert claims(text + "\n") == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("This model is released under the Apache 2.0 license.", "Apache 2.0 license"),
        ("We release the model under the MIT License.", "MIT License"),
        ("The weights are licensed under CC-BY-NC-4.0.", "CC-BY-NC-4.0"),
        ("本模型采用 Apache 2.0 协议开源。", "Apache 2.0"),
        ("このモデルはApache License 2.0の下で公開されています。ライセンスは上記の通りです。", "Apache License 2.0"),
        ("이 모델은 Apache 2.0 라이선스를 따릅니다.", "Apache 2.0"),
        ("Ce modèle est publié sous licence Apache 2.0.", "Apache 2.0"),
        ("Das Modell steht unter der Apache 2.0 Lizenz.", "Apache 2.0"),
        ("El modelo se publica bajo la licencia Apache 2.0.", "Apache 2.0"),
        ("O modelo é distribuído sob a licença Apache 2.0.", "Apache 2.0"),
        ("Модель распространяется под лицензией Apache 2.0.", "Apache 2.0"),
    ],
)
def test_a_sentence_grants_a_license(text: str, value: str) -> None:
    found = claims(f"# Falcor\n\n{text}\n")
    assert [(claim.partition(":")[0], said) for claim, said in found if claim.startswith("license")] == [("license", value)]


@pytest.mark.parametrize(
    "heading", ["License", "## 7. License", "### 📜 License", "License and terms of use", "## 许可协议", "## ライセンス"]
)
def test_a_section_is_read_by_its_heading(heading: str) -> None:
    heading = heading if heading.startswith("#") else f"## {heading}"
    assert ("license", "Apache 2.0") in claims(f"{heading}\n\nApache 2.0, see the file.\n")


def test_an_underlined_heading_and_a_bold_line_open_sections() -> None:
    assert claims("License\n=======\n\nMIT License\n") == [("license", "MIT License")]
    assert claims("**License**\n\nMIT License\n") == [("license", "MIT License")]


def test_a_badge_names_a_license_and_its_link_leads_to_it() -> None:
    badge = "[![License](https://img.shields.io/badge/License-Apache_2.0-blue.svg)](https://opensource.org/licenses/Apache-2.0)\n"
    assert claims(badge) == [("license-link", "https://opensource.org/licenses/Apache-2.0"), ("license", "Apache 2.0")]


def test_code_data_and_weights_have_licenses_of_their_own() -> None:
    text = "The code is released under the MIT license, while the weights are released under CC-BY-NC-4.0.\n"
    assert claims(text) == [("license:code", "MIT license"), ("license:weights", "CC-BY-NC-4.0")]
    assert claims("- License: MIT (code), CC-BY-4.0 (weights)\n") == [("license:code", "MIT"), ("license:weights", "CC-BY-4.0")]
    assert claims("- Code license: MIT\n") == []
    assert claims("## License\n\nThe dataset is licensed under CC-BY-4.0.\n") == [("license:data", "CC-BY-4.0")]


def test_a_choice_is_a_choice_and_a_list_is_all() -> None:
    assert claims("- License: MIT or Apache-2.0\n") == [("license", "mit OR apache-2.0")]


@pytest.mark.parametrize(
    "text",
    [
        "The model is for research purposes only.",
        "The model may be used for non-commercial purposes only.",
        "Commercial use is not permitted.",
        "You may not use it for commercial purposes.",
        "The weights can only be used for academic research.",
        "仅供学术研究使用，禁止商用。",
        "商用利用は禁止です。",
        "상업적 이용은 금지됩니다.",
        "Usage commercial interdit.",
        "Kommerzielle Nutzung ist nicht gestattet, nur für Forschungszwecke.",
        "Uso comercial prohibido.",
        "Uso comercial proibido.",
        "Коммерческое использование запрещено.",
    ],
)
def test_commercial_use_is_barred_in_so_many_words(text: str) -> None:
    assert ("commercial-use", "barred") in [(claim.partition(":")[0], value) for claim, value in claims(text + "\n")]


@pytest.mark.parametrize(
    "text",
    [
        "The model is intended for research and commercial use.",
        "It is not limited to research purposes only.",
        "Primary intended uses: research on language models.",
        "Useful for commercial applications.",
        "Both research and commercial use are allowed.",
        "可免费商用，不仅供研究。",
    ],
)
def test_what_does_not_bar_commercial_use_makes_no_license(text: str) -> None:
    assert [claim for claim, _ in claims(text + "\n") if claim.startswith("license")] == []


def test_what_a_model_is_meant_for_is_no_term_of_its_license() -> None:
    assert claims("The model is intended for research purposes only.\n") == [("commercial-use:weights", "not-intended")]


def test_commercial_use_on_request_is_said() -> None:
    assert claims("For commercial use, please contact us to obtain a license.\n") == [("commercial-use", "needs-permission")]


@pytest.mark.parametrize(
    "text",
    [
        "- License: [More Information Needed]",
        "- License:",
        "- License: see the LICENSE file",
        "- License: [LICENSE](https://example.org/LICENSE)",
        "The base model is released under the Llama 2 license.",
        "The tokenizer is licensed under MIT.",
        "It was trained on permissively licensed code.",
        "If you use the MIT license for your own model, say so.",
        "You are free to use the weights of both Falcon and Gemma, whatever license they carry.",
        "See https://opensource.org for what MIT means.",
        "```\nlicense: mit\n```",
        "<!-- License: MIT -->",
    ],
)
def test_empty_places_and_licenses_of_others_name_none(text: str) -> None:
    assert [value for claim, value in claims(text + "\n") if claim == "license"] == []


def test_a_sentence_about_other_sizes_of_a_family_is_not_about_this_one() -> None:
    text = "## License\n\n- Nova-7B and Nova-14B are under the Apache 2.0 license.\n- Nova-70B is under CC-BY-NC-4.0.\n"
    assert claims(text, Owner("somelab", "Nova-70B-Chat")) == [("license", "CC-BY-NC-4.0")]


def test_a_license_address_is_a_link_and_another_address_is_none() -> None:
    text = "## License\n\nSee https://github.com/somelab/falcor and https://github.com/somelab/falcor/blob/main/LICENSE.md.\n"
    assert claims(text) == [("license-link", "https://github.com/somelab/falcor/blob/main/LICENSE.md")]
