"""Addresses of license texts: the many forms of one address, sites that hold licenses, and addresses that only look like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openness.rules import license_urls, loader
from openness.rules.names import resolve

RULES = loader.load()


def ids(url: str) -> tuple[str, ...]:
    return resolve(url, RULES).ids


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://www.apache.org/licenses/LICENSE-2.0", "apache-2.0"), ("http://apache.org/licenses/LICENSE-2.0.txt", "apache-2.0"),
        ("https://www.apache.org/licenses/LICENSE-2.0.html#appendix", "apache-2.0"), ("apache.org/licenses/LICENSE-2.0/", "apache-2.0"),
        ("<https://WWW.APACHE.ORG/licenses/LICENSE-2.0>", "apache-2.0"), ("https://www.apache.org:443/licenses/LICENSE-2.0?x=1", "apache-2.0"),
        ("https://opensource.org/licenses/MIT", "mit"), ("https://opensource.org/license/mit/", "mit"), ("https://opensource.org/licenses/mit-license.php", "mit"),
        ("https://opensource.org/license/apache-2-0", "apache-2.0"), ("https://opensource.org/license/bsd-3-clause", "bsd-3-clause"),
        ("https://opensource.org/license/gpl-3-0", "gpl-3.0"), ("https://opensource.org/license/agpl-v3", "agpl-3.0"), ("https://opensource.org/license/afl-3-0-php", "afl-3.0"),
        ("https://spdx.org/licenses/MIT", "mit"), ("https://spdx.org/licenses/CC-BY-NC-4.0.html", "cc-by-nc-4.0"), ("https://spdx.org/licenses/0BSD.json", "0bsd"),
        ("https://choosealicense.com/licenses/gpl-3.0/", "gpl-3.0"), ("https://scancode-licensedb.aboutcode.org/llama-3.1-license-2024.html", "llama-3.1"),
        ("https://huggingface.co/datasets/choosealicense/licenses/blob/main/markdown/apache-2.0.md", "apache-2.0"),
        ("https://creativecommons.org/licenses/by/4.0", "cc-by-4.0"), ("http://creativecommons.org/licenses/by/4.0/legalcode", "cc-by-4.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/deed.de", "cc-by-nc-sa-4.0"), ("https://creativecommons.org/licenses/by-nd/4.0/deed.zh-hans", "cc-by-nd-4.0"),
        ("https://creativecommons.org/licenses/by-nc/4.0/legalcode.txt", "cc-by-nc-4.0"), ("https://creativecommons.org/publicdomain/zero/1.0/legalcode.en", "cc0-1.0"),
        ("https://creativecommons.org/licenses/by/3.0/de/", "cc-by-3.0-de"), ("https://www.gnu.org/licenses/gpl-3.0.en.html", "gpl-3.0"),
        ("https://www.gnu.org/licenses/old-licenses/gpl-2.0.txt", "gpl-2.0"), ("http://www.gnu.org/licenses/lgpl-3.0-standalone.html", "lgpl-3.0"),
        ("https://www.gnu.org/licenses/fdl-1.3.html", "gfdl"), ("https://www.mozilla.org/en-US/MPL/2.0/", "mpl-2.0"), ("https://www.eclipse.org/legal/epl-v20.html", "epl-2.0"),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "odbl"), ("https://cdla.dev/permissive-2-0", "cdla-permissive-2.0"),
        ("https://huggingface.co/Qwen/Qwen2.5-3B/raw/main/LICENSE", "qwen-research"), ("https://hf.co/Qwen/Qwen2.5-3B/resolve/main/LICENSE?download=true", "qwen-research"),
        ("https://huggingface.co/qwen/qwen2.5-3b/blob/3aab1f1954e9cc14eb9509a215f9e5ca08227a9b/LICENSE", "qwen-research"),
        ("https://raw.githubusercontent.com/deepseek-ai/DeepSeek-V3/main/LICENSE-MODEL", "deepseek-1.0"),
        ("https://github.com/deepseek-ai/DeepSeek-LLM/blob/main/LICENSE-MODEL", "deepseek-1.0"), ("https://github.com/Kwai-Kolors/Kolors/blob/main/MODEL_LICENSE", "kolors"),
        ("https://github.com/meta-llama/llama-models/blob/refs/heads/main/models/llama3_2/LICENSE", "llama-3.2"),
        ("https://github.com/QwenLM/Qwen/blob/main/Tongyi Qianwen LICENSE AGREEMENT", "tongyi-qianwen"),
        ("https://github.com/QwenLM/Qwen/blob/main/Tongyi%20Qianwen%20LICENSE%20AGREEMENT", "tongyi-qianwen"), ("https://mistral.ai/licenses/MRL-0.1.md", "mistral-mrl-0.1"), ("unlicense.org", "unlicense"), ("https://unlicense.org/", "unlicense"),
    ],
)  # fmt: skip
def test_the_forms_of_an_address_name_one_license(url: str, id: str) -> None:
    found = resolve(url, RULES)
    assert (found.ids, found.how) == ((id,), "url")


@pytest.mark.parametrize(
    ("url", "some"),
    [("https://www.gnu.org/licenses/gpl.html", {"gpl-2.0", "gpl-3.0"}), ("https://ai.google.dev/gemma/terms", {"gemma-2024-04", "gemma-2025-03"}),
     ("https://creativecommons.org/licenses/by-nc/", {"cc-by-nc-2.0", "cc-by-nc-4.0"}), ("https://opensource.org/licenses/bsd-license.php", {"bsd-2-clause", "bsd-3-clause"}),
     ("https://raw.githubusercontent.com/Tencent/HunyuanDiT/main/LICENSE.txt", {"tencent-hunyuan-2024-05", "tencent-hunyuan-2024-12"})],
)  # fmt: skip
def test_an_address_whose_text_changed_or_has_no_version_gives_all(url: str, some: set[str]) -> None:
    assert some <= set(ids(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://creativecommons.org.evil.example/licenses/by/4.0/", "https://creativecommons.org@evil.example/licenses/by/4.0/",
        "https://evil.example/creativecommons.org/licenses/by/4.0/", "https://evil.example/https://creativecommons.org/licenses/by/4.0/",
        "https://evil.example#creativecommons.org/licenses/by/4.0/", "https://evil.example\\@creativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org\\.evil.example/licenses/by/4.0/", "https://creativecommons.org:8443/licenses/by/4.0/", "http://creativecommons.org:443/licenses/by/4.0/",
        "https://xn--creativecommons-xx.org/licenses/by/4.0/", "https://creativecomm\u043ens.org/licenses/by/4.0/", "https://creativecommons.org\u2044licenses/by/4.0/",
        "https://creativecommons.org/licenses/by/4.0/../../by-nc/4.0/", "https://creativecommons.org//licenses/by/4.0/", "https://creativecommons.org/licenses/by/4.0/nc",
        "https://creativecommons.org/licenses/by/4.0/ but not for commercial use", "https://creativecommons.org/licenses/by/4.0\nnc", "ftp://creativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org/licenses/by%2Fnc/4.0/", "https://user:secret@spdx.org/licenses/MIT", "https://spdx.org.evil.example/licenses/MIT",
        "https://spdx.org/licenses/", "https://spdx.org/licenses/MITT", "https://spdx.org/licenses/apche-2.0", "https://spdx.org/other/MIT", "https://mit-license.example/licenses/MIT",
        "https://notopensource.org/licenses/MIT", "https://opensource.org/licenses/MIT/../evil", "https://github.com/evil/Qwen2.5-3B/blob/main/LICENSE",
        "https://github.com/evil/repo/blob/main/apache.org/licenses/LICENSE-2.0", "https://huggingface.co/evil/Qwen/Qwen2.5-3B/blob/main/LICENSE",
        "https://huggingface.co/Qwen/Qwen2.5-3B/blob/refs%2Fpr%2F3/LICENSE", "https://huggingface.co/Qwen/Qwen2.5-3B/blob/my-branch/LICENSE",
        "https://huggingface.co/Qwen/Qwen2.5-4B/blob/main/LICENSE", "https://[::1]/licenses/MIT", "https://", "//", "https:///licenses/MIT", "http://spdx.org",
        "https://www.apache.org/licenses/LICENSE-2.0-nc", "https://www.apache.org/licenses/LICENSE-3.0", "https://www.www.apache.org/licenses/LICENSE-2.0",
    ],
)  # fmt: skip
def test_an_address_that_only_looks_like_one_names_nothing(url: str) -> None:
    assert ids(url) == ()


@given(
    st.text(max_size=80),
    st.sampled_from(
        ["https://", "http://", "//", "https://spdx.org/licenses/", "https://creativecommons.org", "huggingface.co/"]
    ),
)
def test_any_address_can_be_asked_for(rest: str, start: str) -> None:
    found = resolve(start + rest, RULES)
    assert found.how in ("url", "none") or found.ids


@given(
    st.sampled_from(sorted(RULES.addresses)),
    st.sampled_from(["https://evil.example/", "https://x@", "https://evil.example?", "https://evil-"]),
)
def test_no_known_address_is_found_behind_another_host(key: str, start: str) -> None:
    assert ids(start + key) == ()


def test_every_address_of_the_rules_is_in_its_one_form() -> None:
    for key in RULES.addresses:
        assert license_urls.address_key(f"https://{key}", RULES.sites) == key
