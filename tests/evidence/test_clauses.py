"""Clauses found in texts that nobody has read yet. All sentences here are of our own making, not of any license."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.errors import RuleError
from openness.evidence.added_places import lines_as_places
from openness.evidence.clauses import QUOTE_LIMIT, ClausePatterns, DetectedClause, detect
from openness.evidence.license_text import decode, lines_of
from openness.packaged import packaged
from openness.printable import printable
from openness.rules.loader import read_yaml
from openness.rules.patterns import clause_patterns, pattern_problems
from tests.shared import license_text

DATA = clause_patterns(packaged("rules"))
PATTERNS = ClausePatterns(DATA)
USES = read_yaml(packaged("rules") / "uses.yaml")
#: What takes something away; the others are duties, grants and explanations.
RESTRICTIVE = {
    "FIELD_LIMIT", "SCALE_THRESHOLD", "SERVICE_LIMIT", "REGISTRATION", "AUTHORIZATION", "TERRITORY", "PLATFORM_TIE",
    "COMPETE", "OUTPUT_TRAINING", "USE_POLICY", "NO_DERIVATIVES", "NAME_PREFIX", "DISPLAY",
}  # fmt: skip

#: One sentence each, with the clause type that a reader would name.
SAYS: dict[str, list[str]] = {
    "FIELD_LIMIT": [
        "This software may be used for non-commercial purposes only.",
        "Not for commercial use.",
        "You may not use the software, or any part of it, for commercial purposes.",
        "Commercial use is strictly prohibited.",
        "Commercial use of the weights requires a separate paid license from the authors.",
        "The model is released for academic research only.",
        "Permission is granted solely for internal evaluation; production use is not permitted.",
        "Use is limited to research and education.",
        "Free for personal use. Businesses need to buy a license.",
        "For research purposes only",
        "Licensed for private, non-profit use.",
        "The Software shall be used exclusively by academic institutions for teaching.",
        "You shall not exploit the Model commercially without our prior written consent.",
        "Companies must obtain a commercial licence before deploying the model.",
        "No commercial exploitation of the dataset is allowed.",
        "The grant above does not include the right to sell the Software.",
        "You may not sell copies of this package or charge a fee for access to it.",
        "These weights must not be used to generate revenue.",
        "Use in any product or service offered for profit is forbidden.",
        "If you want to use the model commercially, please contact sales@example.org.",
        "The rights granted here extend only to hobby and student projects.",
        "You agree to use the checkpoint exclusively for scientific purposes.",
        "use by for-profit entities is excluded from this licence",
        "This code may be used for educational purposes only and never in production.",
        "本模型仅限非商业用途。",
        "禁止将本软件用于任何商业目的。",
        "本数据集仅供学术研究使用。",
        "如需商业使用，请联系我们获得书面授权。",
        "Ce logiciel est réservé à un usage non commercial.",
        "Toute utilisation commerciale est interdite.",
        "Le modèle peut être utilisé uniquement à des fins de recherche.",
        "Die Software darf nur für nicht-kommerzielle Zwecke genutzt werden.",
        "Eine kommerzielle Nutzung ist untersagt.",
        "Die Nutzung ist ausschließlich zu Forschungszwecken gestattet.",
        "El software solo puede utilizarse con fines no comerciales.",
        "Queda prohibido el uso comercial.",
        "Uso exclusivo para investigación académica.",
        "O uso é permitido apenas para fins não comerciais.",
        "É proibido o uso comercial.",
        "Somente para pesquisa acadêmica.",
        "Il software può essere usato solo per scopi non commerciali.",
        "È vietato l'uso commerciale.",
        "Uso consentito esclusivamente per ricerca.",
        "本モデルは非商用目的に限り利用できます。",
        "商用利用は禁止します。",
        "研究目的でのみ使用できます。",
        "이 모델은 비상업적 용도로만 사용할 수 있습니다.",
        "상업적 이용을 금지합니다.",
        "연구 목적으로만 사용할 수 있습니다.",
        "Модель можно использовать только в некоммерческих целях.",
        "Коммерческое использование запрещено.",
        "Только для научных исследований.",
        "The licence is valid for students and teachers at schools only.",
        "Nobody may earn money with this model.",
        "You can try the model out, but any business use needs a contract with us.",
        "Commercial usage: not allowed",
        "This license is for non commercial users.",
        "License: free for academia, paid for industry.",
        "The weights are intended for research use and may not be deployed in commercial applications.",
        "Using the model in a for-profit setting is not covered by this license.",
        "ADDITIONAL RESTRICTION: THE SOFTWARE MAY NOT BE USED COMMERCIALLY.",
        "Notwithstanding the above, no right is granted to use the Software for commercial gain.",
        "Provided that the use is strictly non-commercial, you may copy the Software.",
        "except that the Software may not be incorporated into commercial products",
        "Use by commercial entities requires the written consent of the copyright holder.",
        "b) the Software is not used, in whole or in part, for any commercial activity",
        "Commercial licensing available on request; otherwise academic use only.",
        "You are not permitted to incorporate the Model into a product that you sell.",
        "This permission is for non-production purposes such as testing.",
        "The Licensee undertakes to use the Program for internal research purposes only.",
        "Restriction: Noncommercial",
        "The dataset is available for scholarly, non-commercial research.",
        "Without limiting other conditions, the grant of rights will not include the right to Sell the Software.",
        "In no case may a corporation use this program for business purposes.",
        "It is prohibited to make commercial use of the Materials.",
        "Only non-profit organizations may use the model free of charge.",
        "All use must be limited to evaluation for a period of 30 days.",
        "No part of this package may be used to make a profit.",
        "Rights under this document extend to non-commercial users only.",
        "The Licensee may use the Software solely for its own scientific research.",
        "Use is restricted to educational institutions and their students.",
        "Selling the model, or access to it, is forbidden.",
        "Anyone who uses the code commercially must first purchase a license.",
        "The permission does not cover use for commercial advantage.",
        "Only individuals and non-profits may exercise the rights above.",
    ],
    "SCALE_THRESHOLD": [
        "If your organization has more than 100 employees you must obtain a license.",
        "Licensees whose annual revenue exceeds USD 1,000,000 have no rights under this license.",
        "This license terminates once the product reaches 50 million monthly active users.",
        "Entities with fewer than 10,000 users may use the model free of charge.",
        "Organizations that have raised over $10M in venture funding must purchase a license.",
        "A licensee earning above two million euros per year needs our permission.",
        "月活跃用户超过一百万的企业须另行取得许可。",
        "Les entreprises dont le chiffre d'affaires dépasse 1 million d'euros doivent obtenir une licence.",
        "Unternehmen mit mehr als 500 Mitarbeitern benötigen eine Lizenz.",
        "Empresas con más de 100 empleados deben pedir una licencia.",
        "Empresas com receita superior a 1 milhão de reais precisam de licença.",
        "Aziende con più di 100 dipendenti devono richiedere una licenza.",
        "月間ユーザー数が100万を超える場合は別途許諾が必要です。",
        "월간 사용자가 100만 명을 초과하는 경우 라이선스가 필요합니다.",
        "Компании с выручкой более 1 миллиона рублей должны получить лицензию.",
        "Any person with an annual turnover of more than EUR 500 000 must contact us for a license.",
        "Products with at least one million monthly active users are excluded from this grant.",
        "You lose all rights if you serve more than 1,000 users per month.",
        "If your company employs over 250 people, a commercial license is needed.",
        "This license shall be void for any legal entity with more than 5,000,000 monthly active users.",
        "Companies whose market capitalization is above one billion dollars must negotiate a separate agreement.",
        "The free tier ends at 100,000 requests or USD 10 million in yearly revenue, whichever is reached first.",
        "Large enterprises (over 500 employees) may not use the model.",
        "Above 10 million monthly users, a separate license must be negotiated.",
        "This grant is limited to entities whose yearly sales are below EUR 5 million.",
        "Firms with over 1,000 staff are not covered by this license.",
        "The licence lapses when your gross income passes $500,000 a year.",
    ],
    "OUTPUT_TRAINING": [
        "You may not use outputs of the model to train any other language model.",
        "Generated content must not be used to develop competing AI models.",
        "Do not use this model or its results to improve another machine learning system.",
        "Distilling the model into a different network is prohibited.",
        "Any model trained with responses of the Model must be licensed under this agreement.",
        "您不得使用模型的输出来训练其他大语言模型。",
        "Il est interdit d'utiliser les résultats pour entraîner un autre modèle.",
        "Die Ausgaben dürfen nicht zum Trainieren anderer Modelle verwendet werden.",
        "No se puede usar los resultados para entrenar otros modelos.",
        "É proibido usar as saídas para treinar outros modelos.",
        "出力を他のモデルの学習に使用してはならない。",
        "출력을 다른 모델의 학습에 사용할 수 없습니다.",
        "Запрещается использовать результаты для обучения других моделей.",
        "The results of the software must not be used for training large language models.",
        "You shall not use the Software or its outputs to create a competing product or model.",
        "It is forbidden to distill knowledge from the model into other models.",
        "You must not use synthetic data generated by the model to build a rival model.",
        "Outputs shall not serve as training data for other AI models.",
        "Knowledge distillation from the model is not permitted.",
        "The model and the text it generates may not be used in developing foundation models.",
        "Text produced by the model must not be fed into the training of other models.",
        "You shall refrain from using the outputs to improve any other large language model.",
        "Models trained on our outputs are considered derivative works under this license.",
    ],
    "USE_POLICY": [
        "You may not use the software for military purposes.",
        "Use of the Model for mass surveillance is forbidden.",
        "Your use is subject to our Acceptable Use Policy at https://example.org/aup.",
        "The Software shall be used for Good, not Evil.",
        "Licensee will not generate hate speech, harass others or impersonate any person.",
        "The model may not be used in weapons, including autonomous ones.",
        "This code may not be used to train machine learning models.",
        "Text and data mining of this content is not permitted.",
        "No permission is given to use this work as training data for artificial intelligence.",
        "You must not deploy the system to spread disinformation.",
        "Organisations that extract fossil fuels may not use this software.",
        "不得将本模型用于军事或违法用途。",
        "Le logiciel ne peut être utilisé à des fins militaires.",
        "Der militärische Einsatz ist verboten.",
        "No podrá utilizarse con fines militares.",
        "Proibido o uso militar.",
        "È vietato l'uso militare.",
        "軍事目的での使用を禁止する。",
        "군사적 목적의 사용을 금지한다.",
        "Использование в военных целях запрещено.",
        "Don't train AI on this code.",
        "Use in the development of weapons or for torture is not allowed.",
        "Nobody shall use the software to violate human rights.",
        "The Model must not be applied to predict criminal behaviour or for facial recognition by police.",
        "You agree to follow the prohibited uses listed in Appendix B.",
        "Governments and military organisations are not licensed to use this program.",
        "The Software must not be used by any person or entity engaged in the surveillance of individuals.",
        "Do not use for illegal gambling, pornography or weapons.",
        "You shall comply with the Responsible Use Guidelines attached as Exhibit A.",
        "Law enforcement agencies may not use the Model.",
        "You may not scrape this repository to build a training corpus for machine learning.",
        "AI training on this repository is prohibited.",
        "The Software must never be used to operate autonomous weapons.",
        "Users agree not to create pornographic or defamatory content with the model.",
        "Use by law enforcement or intelligence agencies is prohibited.",
        "This repository may not be included in datasets for training AI.",
        "The license is conditioned on compliance with our acceptable use policy.",
    ],
    "TERRITORY": [
        "This license does not apply in the European Union.",
        "You may not use the model within the United States.",
        "The territory of this licence is the whole world excluding China and Russia.",
        "Persons domiciled in the European Union are not granted any rights.",
        "The rights are granted only within the territory of Japan.",
        "Use outside of Germany is prohibited.",
        "本协议不适用于欧盟地区。",
        "La licence ne s'applique pas en Chine.",
        "Die Lizenz gilt nicht in den USA.",
        "La licencia no se aplica en la Unión Europea.",
        "No rights are granted to users located in the European Union.",
        "The model is not licensed for use in the People's Republic of China.",
        "Residents of California may not use the software.",
        "Distribution to the United Kingdom is prohibited.",
        "This grant is void in Korea.",
        "Licence territory: worldwide, except the EU and the UK.",
        "Companies headquartered in China have no rights under this license.",
        "Use of the model in Russia or Belarus is not licensed.",
        "Rights are granted worldwide except in the European Economic Area.",
        "If your principal place of business is in the United States, this license does not apply to you and no license is granted.",
    ],
    "REGISTRATION": [
        "You must register at https://example.org before using the model commercially.",
        "Before any use, fill out the request form and obtain access.",
        "Commercial users are required to complete a registration form.",
        "商业使用前必须填写登记表。",
        "L'utilisateur doit remplir un formulaire avant toute utilisation commerciale.",
        "Vor der kommerziellen Nutzung ist eine Registrierung erforderlich.",
        "A license key must be requested by e-mail prior to commercial use.",
        "Please register your organization on our portal before deploying the model.",
        "To use the model in production you need to apply for a license through our form.",
        "Users shall notify the licensor by email and register prior to use.",
        "Prior registration with the author is required for any commercial use.",
        "Fill in the form on our website to get access before using the weights.",
    ],
    "AUTHORIZATION": [
        "Use in medical devices requires the prior approval of the competent regulatory authority.",
        "You must obtain clearance from the relevant government agency before deployment.",
    ],
    "NAME_PREFIX": [
        'Any derivative model must include "Foo" at the beginning of its name.',
        'The name of the fine-tuned model must start with "Bar-".',
        "衍生模型的名称须以“Foo”开头。",
        "The model's name must contain the word Foo.",
        "Name all derived models beginning with Foo.",
        'Derivatives shall carry the prefix "Foo" in their names.',
        "If you fine-tune the model, its published name must begin with Foo.",
        'All fine-tuned versions must begin with "Foo" in their name.',
    ],
    "DISPLAY": [
        'You shall prominently display "Built with Foo" on your website.',
        "Products that use the model must show the words Powered by Foo in the user interface.",
        "All advertising materials mentioning features of this software must display the following acknowledgement.",
        "您应在产品界面显著位置展示“基于Foo构建”。",
        "A visible credit reading 'Made with Foo' must be shown in the app.",
        "You must display our logo on your product's home page.",
        'Every user interface of a product based on the model must show "Powered by Foo".',
        'The attribution "Foo Inside" must be displayed prominently in your application.',
        'You must place the words "Based on Foo" visibly on the start page of your application.',
    ],
    "SERVICE_LIMIT": [
        "You may not provide the software to third parties as a hosted or managed service.",
        "Offering the model through an API to customers is not allowed.",
        "Do not host the model as a service for others.",
        "You may not make the functionality of the Software available to third parties as a service.",
        "SaaS use is not permitted.",
        "It is not permitted to offer inference with the model as a paid API.",
        "You may not rent, lease or lend the software or offer it as SaaS.",
        "Making the model available over an API to third parties is not permitted.",
    ],
    "PLATFORM_TIE": [
        "The weights may be used only on Acme hardware.",
        "The software may only run on hardware sold by the licensor.",
        "May be run exclusively with the Foo runtime on Foo devices.",
        "You may only use the model together with Foo hardware.",
    ],
    "COMPETE": [
        "You may not use the model to compete with the Licensor's products.",
        "Competitors of the licensor may not use the software.",
        "You may not use the Software to build a product that competes with ours.",
        "You may not use it to develop a product that competes with the licensor.",
    ],
    "GRANT": [
        "You may not redistribute the weights.",
        "Redistribution of the model is prohibited.",
        "The files must not be shared with third parties.",
        "You do not have the right to distribute the Model.",
        "You are granted a worldwide, royalty-free license to use, copy and modify the model.",
        "禁止再分发模型权重。",
        "再配布は禁止します。",
        "You are not allowed to share the model files with anyone.",
        "Uploading the weights to other sites is not permitted.",
        "No part of the weights may be redistributed.",
        "The recipient shall not transfer the weights to any third party.",
        "You may run but not redistribute this model.",
        "You may not pass the weights on to anyone else.",
        "Sharing or re-uploading of the files is forbidden.",
    ],
    "NO_DERIVATIVES": [
        "You may not modify the model.",
        "No derivative works are permitted.",
        "You shall not distribute modified versions of the checkpoint.",
        "Fine-tuning the model is not allowed.",
        "不得修改本模型。",
        "Modification of the weights is prohibited.",
        "You may not create derivative works of the model.",
        "Quantizing or otherwise altering the weights is forbidden.",
        "The weights must not be altered, merged or fine-tuned.",
    ],
    "FLOW_DOWN": [
        "You must ensure that every recipient agrees to these restrictions.",
        "Include these use restrictions as an enforceable provision in any agreement with your users.",
        "All restrictions of this license must be passed on to your own users.",
        "Your users must be bound by terms at least as restrictive as these.",
    ],
    "RELICENSE": [
        "Derivative works must be released under the same license.",
        "Modified versions have to be published under this licence.",
    ],
    "SOURCE_OFFER": [
        "You must make the complete source code available to anyone who receives the binary.",
    ],
    "LICENSE_COPY": [
        "Distribute a copy of this license along with the model.",
    ],
    "NOTICE_FILE": [
        "You must keep all copyright notices intact.",
    ],
    "CHANGE_STATEMENT": [
        "Modified files must carry a notice stating that you changed them.",
    ],
    "TERMINATION": [
        "The licensor may terminate this license at any time.",
        "This is a revocable license.",
        "We can revoke this license whenever we wish.",
    ],
    "MUTABILITY": [
        "We may update these terms from time to time without notice.",
        "The terms can change at any time; the version on our website applies.",
    ],
    "ACCEPTANCE": [
        "By downloading the model you accept this agreement.",
    ],
    "TRADEMARK": [
        "No trademark rights are granted.",
    ],
    "EXPORT": [
        "You must comply with all export control laws.",
    ],
    "GOVERNING_LAW": [
        "This agreement is governed by the laws of Norway.",
    ],
    "CONDUCT": [
        "You may not reverse engineer the model.",
        "If you publish results obtained with the model, cite our paper.",
    ],
    "SAFETY_DUTY": [
        "You must not remove the watermark or bypass the safety filters.",
    ],
    "OUTPUT_RIGHTS": [
        "You own the outputs that you generate.",
    ],
    "DERIVATIVE_DEF": [
        '"Derivative" means any modification of the Model, including fine-tuned versions.',
    ],
    "PATENT": [
        "Each contributor grants you a patent license for its contributions.",
    ],
    "STACK": [
        "Use of the adapter is additionally subject to the license agreement of the base model.",
    ],
}

RESTRICTS_NOTHING = [
    "You may use the software for any purpose, including commercial purposes.",
    "This license places no restriction on commercial use.",
    "Use is not limited to non-commercial purposes.",
    "You may use, modify and sell copies of the Software without restriction.",
    "The model may be used for commercial and non-commercial purposes alike.",
    "Commercial use is permitted.",
    "Both research and commercial use are allowed.",
    "There are no use restrictions; in particular, you may use the model in production.",
    "In no event shall the authors be liable for any loss of profits, business interruption or commercial damages.",
    "The software is provided as is, without warranty of merchantability or fitness for a particular purpose.",
    "Neither the name of the project nor the names of its contributors may be used to endorse or promote products without prior written permission.",
    "Nothing in this license limits your right to use the outputs for training other models.",
    "You may distribute the model worldwide.",
    "The authors do not claim ownership of outputs, and you may use them as you wish.",
    "We evaluated the model on research benchmarks and commercial systems.",
    "The training set has 700 million documents from over 100 languages.",
    "The European Union funded this work.",
    "This agreement is governed by German law and the courts of Berlin have jurisdiction.",
    "You can register for our newsletter on the website.",
    "The company was founded by commercial and academic partners.",
    "Our hosted service is available at example.org.",
    "The total liability shall not exceed 100 US dollars.",
    "You may charge a fee for the physical act of transferring a copy.",
    "You may offer support or warranty protection for a fee.",
    "Any purpose is permitted, whether commercial or not.",
    "There is no prohibition on commercial use.",
    "Commercial use is not prohibited.",
    "You are free to use this model for research, education or business.",
    "The licence covers use in every country.",
    "Redistribution and use in source and binary forms, with or without modification, are permitted.",
    "No registration is needed to use the model commercially.",
    "The model was trained only on public data for research.",
    "There is no limit on the number of users or revenue.",
    "We ask that you use the model responsibly.",
    "You do not have to display any attribution.",
    "Derivatives may be named as you like.",
    "Users with large datasets may need more than 32 GB of memory.",
    "Vous pouvez utiliser le logiciel à des fins commerciales ou non commerciales.",
    "Die Nutzung zu kommerziellen und nicht-kommerziellen Zwecken ist erlaubt.",
    "El uso comercial está permitido.",
    "O uso comercial é permitido.",
    "L'uso commerciale è consentito.",
    "商业使用和非商业使用均被允许。",
    "本模型可用于商业用途。",
    "商用利用も可能です。",
    "상업적 또는 비상업적 목적으로 사용할 수 있습니다.",
    "Разрешено использование в коммерческих и некоммерческих целях.",
    "Le logiciel est fourni sans garantie d'aucune sorte.",
    "Die Software wird ohne jede Gewährleistung bereitgestellt; die Autoren haften nicht für Schäden.",
    "本软件按“原样”提供，不提供任何明示或暗示的保证。",
    "Программное обеспечение предоставляется «как есть», без каких-либо гарантий.",
    "We do not impose any field-of-use restriction.",
    "Unlike many model licenses, this one allows commercial use without a fee.",
    "You may sell the software or services based on it.",
    "The trademark of the foundation may not be used in commercial products.",
    "Contributors are not liable for commercial losses, however caused.",
    "Users in the European Union have additional statutory rights.",
    "The disclaimer of warranty applies to the extent permitted by the law of your country.",
    "Disputes are heard by the courts of England.",
    "The model has 7 billion parameters and was trained on 2 trillion tokens.",
    "More than 1000 researchers contributed to this project.",
    "It can be used for research on hate speech detection.",
    "The authors thank the military archive for access to documents.",
    "Bugs may be reported to the registered office.",
    "You may name your derivative as you please.",
    "Outputs belong to the user and may be used to train other models.",
    "You may host the software as a service for third parties.",
    "The license may be combined with other licenses.",
    "You do not need to ask for permission before commercial deployment.",
    "Nothing here prohibits commercial use.",
    "This is free software for research, teaching, government and industry.",
    "You are permitted to redistribute the model in original or modified form.",
    "You may not remove this notice from copies.",
    "The names of the authors must not be used to promote products derived from this software.",
    "Licensor grants a patent license; it ends if you sue over patents.",
    "The software is not intended for use in medical devices and comes without warranty.",
    "The license applies to all territories.",
    "The foundation may publish new versions of this license; you may choose either version.",
    "IN NO EVENT SHALL THE REGENTS BE LIABLE FOR INDIRECT DAMAGES, LOSS OF DATA OR PROFITS.",
    "You can use the model in commercial products, and you need not tell us.",
    "The license has no field-of-endeavour limits and applies to persons and companies alike.",
    "We trained the model using outputs of other models.",
    "The authors may offer commercial support.",
    "This file describes how to train a language model.",
    "Any use, including use in the military sector, is at your own risk.",
    "The institute is located in the United Kingdom.",
    "Redistributions in binary form must reproduce the above copyright notice.",
    "You may convey verbatim copies of the source code in any medium.",
    "Charging a fee is allowed.",
    'THE SOFTWARE IS PROVIDED "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES ARE DISCLAIMED.',
    "Licensor shall not be liable for business interruption or loss of revenue exceeding 100 dollars.",
    "You may use any hardware you like.",
    "All trademarks remain the property of their owners.",
    "This license does not forbid the use of outputs for training.",
    "Feel free to rename the model.",
    "The weights can be hosted as a service by anyone.",
    "Commercial distribution is welcome.",
    "We would appreciate a citation, but it is not required.",
]

ALL_SAYINGS = [(type, text) for type, texts in SAYS.items() for text in texts]


def types(text: str) -> set[str]:
    return {clause.type for clause in detect(text, PATTERNS)}


def restrictions(text: str) -> list[DetectedClause]:
    return [clause for clause in detect(text, PATTERNS) if clause.pattern in PATTERNS.restricting]


@pytest.mark.parametrize(("type", "text"), ALL_SAYINGS)
def test_a_sentence_that_says_it_is_found(type: str, text: str) -> None:
    assert type in types(text)


@pytest.mark.parametrize("text", RESTRICTS_NOTHING)
def test_a_sentence_that_takes_nothing_away_is_left_alone(text: str) -> None:
    assert restrictions(text) == []


def test_every_type_that_text_can_show_has_patterns() -> None:
    wanted = {row["id"] for row in read_yaml(packaged("rules") / "clauses.yaml")["types"]} - {"TENSION"}
    assert {pattern.type for pattern in PATTERNS.patterns} == wanted


# --- place and quote -----------------------------------------------------------------------------------------------------


def test_line_and_quote_are_those_of_the_sentence() -> None:
    text = "Copyright 2026 A\n\nYou may copy this. It is for\nnon-commercial use only.\nThe end."
    (clause,) = [clause for clause in detect(text, PATTERNS) if clause.type == "FIELD_LIMIT"]
    assert (clause.line, clause.quote, clause.language) == (4, "non-commercial use only.", "en")


def test_a_quote_begins_with_its_sentence_when_both_stand_on_one_line() -> None:
    (clause,) = restrictions("You may copy it. The weights are for non-commercial use only. Have fun.")
    assert clause.quote == "The weights are for non-commercial use only."


def test_a_quote_of_a_long_sentence_holds_the_found_words() -> None:
    (clause,) = restrictions(
        "Whereas " + "nothing matters much, " * 40 + "the model is for non-commercial use only" + " and so on" * 90
    )
    assert len(clause.quote) <= QUOTE_LIMIT
    assert "non-commercial" in clause.quote


def test_only_clauses_that_touch_the_given_lines_are_reported() -> None:
    text = "Non-commercial use only.\nYou may copy it.\nYou may not\nuse it for military purposes."
    assert {clause.type for clause in detect(text, PATTERNS, lines_as_places(text, [(3, 3)]))} == {"USE_POLICY"}
    assert {clause.type for clause in detect(text, PATTERNS, lines_as_places(text, [(4, 9)]))} == {"USE_POLICY"}
    assert detect(text, PATTERNS, []) == ()


def test_an_added_word_is_read_with_the_words_around_it() -> None:
    text = "You may use the software\nonly\nfor research purposes."
    assert [clause.type for clause in detect(text, PATTERNS, lines_as_places(text, [(2, 2)]))] == ["FIELD_LIMIT"]


def test_each_item_of_a_list_is_read_with_what_stands_before_the_colon() -> None:
    text = "Limits. You may not:\n\n- use the model commercially.\n1. redistribute the weights.\n(c) use it in weapons;\n\nIt is red."
    assert [(clause.line, clause.type) for clause in restrictions(text)] == [(3, "FIELD_LIMIT"), (4, "GRANT"), (5, "USE_POLICY")]


def test_what_stands_before_a_list_does_not_reach_behind_it() -> None:
    assert restrictions("You may not:\n- remove this notice.\n\nCommercial use is welcome.") == []


def test_a_sentence_end_keeps_words_apart() -> None:
    assert restrictions("The logo is for us only. Non-commercial and commercial use are both fine.") == []


# --- words that hide -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "For non-com\u200bmercial use on\u200dly.",
        "For non-соmmеrсiаl use оnly.",  # Cyrillic letters
        "Fοr nοn-cοmmercial use οnly.",  # Greek letters
        "Cоmmercial use is рrоhibitеd.",
        "For **non-commercial** use *only*.",
        "For __non-commercial__ use _only_.",
        "For non-com**mer**cial use only.",
        "<p>For <b>non-commercial</b>&nbsp;use <i>only</i>.</p>",
        '<li>For non-<span style="font-weight: bold">comm</span>ercial use only</li>',
        '<a href="x" title="this text is for non-commercial use only">x</a>',
        "<!-- for non-commercial use only -->",
        "For non-c&#111;mmercial use only.",
        "For non-commer\u00adcial use only.",
        "For non-commer-\ncial use only.",
        "For non-\ncommercial use only.",
        "# For non-commer-\n# cial use\n# only.",
        "FOR NON-COMMERCIAL USE ONLY.",
        "Ｆｏｒ ｎｏｎ－ｃｏｍｍｅｒｃｉａｌ ｕｓｅ ｏｎｌｙ.",
        "For 𝐧𝐨𝐧-𝐜𝐨𝐦𝐦𝐞𝐫𝐜𝐢𝐚𝐥 use only.",
        "For ɴᴏɴ-ᴄᴏᴍᴍᴇʀᴄɪᴀʟ use only.",
        "F0r n0n-c0mmercial use 0nly.",
        "For\r\nnon-commercial\r\nuse\r\nonly.",
        "// This may be used\n// for non-commercial\n// purposes only.",
        "Usage a\u0300 des fins non commerciales uniquement",
        "For\u00a0non‑commercial\u2009use only",
        "| Use | For non-commercial use only |",
        "For non\\-commercial use only\\.",
        "For \u202enon-commercial\u202c use only.",
        "You may not use the software\n\nfor commercial purposes.",
    ],
)
def test_words_are_seen_through_what_hides_them(text: str) -> None:
    assert "FIELD_LIMIT" in types(text)


def test_a_line_end_does_not_join_two_words() -> None:
    assert restrictions("It is well-\nknown that commercial use is allowed.") == []


# --- hostile input -------------------------------------------------------------------------------------------------------

MEGABYTES = 2_000_000
NASTY = {
    "one word": "commercial ", "a chain": "commercial use only ", "short sentences": "Use it. ", "empty lines": "\n", "tags": "<a ",
    "attributes": '<a b="c d e f">', "entities": "&#110;", "hyphens": "commer-\ncial ", "ends": ". ", "hidden": "a\u200b", "marks": "a*",
    "signs": "不得商业使用", "list items": "\n- a", "lists": "may not use:\n- commercial ", "colons": ":\n", "one letter": "a", "hash": "\n#",
    "restrictions": "For non-commercial use only. ", "spaces": " ", "numbers": "1 ", "apart": "commercial " * 40 + "x " * 40 + "prohibited " * 40,
}  # fmt: skip


@pytest.mark.parametrize("name", NASTY)
def test_two_megabytes_of_anything_take_at_most_two_seconds(name: str) -> None:
    piece = NASTY[name]
    text = piece * (MEGABYTES // len(piece.encode()))
    begin = time.process_time()
    detect(text, PATTERNS)
    assert time.process_time() - begin < 6


def test_what_is_remembered_of_texts_is_bounded() -> None:
    patterns = ClausePatterns(DATA)
    for number in range(3):
        detect(" ".join(f"w{number}x{n}" for n in range(30_000)), patterns)
    assert len(patterns.known) <= 50_000


PIECES = st.sampled_from(
    [text for _, text in ALL_SAYINGS] + RESTRICTS_NOTHING + ["\n", "\n\n", " ", "<p>", "**", "\u200b", "- ", ":\n", "-\n"]
)


@settings(max_examples=200, deadline=None)
@given(st.text() | st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join))
def test_any_text_is_read_and_each_quote_stands_on_its_line(text: str) -> None:
    found = detect(text, PATTERNS)
    lines = [" ".join(line.split()) for line in lines_of(text)]
    for clause in found:
        assert 1 <= clause.line <= len(lines)
        here = printable(" ".join(" ".join(lines_of(text)[clause.line - 1 :]).split()), None)
        at = here.find(clause.quote.removesuffix("…"))
        assert 0 <= at <= len(printable(lines[clause.line - 1], None))
        assert 0 < len(clause.quote) <= QUOTE_LIMIT
    assert len({(clause.type, clause.line, repr(clause.params)) for clause in found}) == len(found)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200), st.sampled_from(ALL_SAYINGS))
def test_what_stands_before_in_a_paragraph_of_its_own_hides_nothing(before: str, saying: tuple[str, str]) -> None:
    type, text = saying
    assert type in types(before.replace("<", "") + ".\n\n" + text)


# --- the pattern language ------------------------------------------------------------------------------------------------


def patterns_of(*rows: dict[str, Any], words: dict[str, list[str]] | None = None) -> ClausePatterns:
    return ClausePatterns(
        {"words": words or {}, "types": [{"id": "CONDUCT", "patterns": [{"name": f"p{n}", **row} for n, row in enumerate(rows)]}]}
    )


def found(patterns: ClausePatterns, text: str) -> bool:
    return bool(detect(text, patterns))


def test_a_row_is_one_phrase_or_one_of_several() -> None:
    patterns = patterns_of({"find": ["red", ["big apple*", "pears/plums"]]})
    assert found(patterns, "a red and big appletree")
    assert found(patterns, "PLUMS are red")
    assert not found(patterns, "red big and apple")


def test_near_counts_from_the_first_found_word_to_the_last() -> None:
    patterns = patterns_of({"find": ["red", "apple"], "near": 3})
    assert found(patterns, "an apple, so red")
    assert not found(patterns, "an apple that is red")


def test_the_given_order_is_kept_when_asked_for() -> None:
    patterns = patterns_of({"find": ["red", "apple"], "order": "given"})
    assert found(patterns, "red is the apple")
    assert not found(patterns, "the apple is red")


def test_an_exclusion_cancels_only_near_the_found_words() -> None:
    patterns = patterns_of({"find": ["red", "apple"], "unless": ["rotten"]})
    assert not found(patterns, "a rotten red apple")
    assert found(patterns, "a rotten egg, a hen, a fox, a dog, a cat and a red apple")


def test_optional_words_sets_numbers_and_any_word() -> None:
    patterns = patterns_of({"find": ["(very) @color _ #"]}, words={"color": ["red", "dark (navy) blue"]})
    assert found(patterns, "very red apples: 12")
    assert found(patterns, "dark blue apples 7")
    assert not found(patterns, "dark navy apples 7")
    assert not found(patterns, "red apples, seven")


@pytest.mark.parametrize("phrase", ["", "(red)", "_ red", "@nothing", "w " * 17])
def test_a_phrase_that_cannot_be_read_is_refused(phrase: str) -> None:
    with pytest.raises(RuleError):
        patterns_of({"find": [phrase]})


def test_the_packaged_patterns_are_sound() -> None:
    assert pattern_problems(DATA, read_yaml(packaged("rules") / "clauses.yaml"), USES) == []


def test_problems_of_patterns_are_named() -> None:
    clauses = {"types": [{"id": "CONDUCT"}]}
    row = {"name": "a", "find": ["@nothing"]}
    data = {"verified": "2026-11-24", "words": {"idle": ["x"]}, "types": [{"id": "OTHER", "patterns": [row, row]}]}
    problems = " / ".join(pattern_problems(data, clauses, USES))
    for part in ("name a is used 2 times", "OTHER is no clause type", "words.idle", "@nothing"):
        assert part in problems
    assert (
        "types.0.patterns.0"
        in pattern_problems({**data, "types": [{"id": "OTHER", "patterns": [{"name": "a"}]}]}, clauses, USES)[0]
    )


def test_a_folder_without_sound_patterns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError):
        clause_patterns(tmp_path)
    (tmp_path / "clause_patterns.yaml").write_text("verified: 2026-11-24\n")
    with pytest.raises(RuleError):
        clause_patterns(tmp_path)


def test_no_pattern_names_a_license_or_a_model() -> None:
    names = [
        "llama",
        "gemma",
        "qwen",
        "mistral",
        "apache",
        "openrail",
        "falcon",
        "nvidia",
        "tencent",
        "stability",
        "hunyuan",
        "deepseek",
    ]
    text = (packaged("rules") / "clause_patterns.yaml").read_text("utf-8").casefold()
    assert [name for name in names if name in text] == []


# --- measured on the labelled licenses -----------------------------------------------------------------------------------


def licenses(half: int) -> list[tuple[dict[str, Any], str]]:
    """Those with a text, by half: patterns were written while looking at half 0; half 1 was only measured."""
    license_text("mit")  # skips where the data folder is absent
    chosen = []
    for path in sorted((packaged("rules") / "licenses").glob("*.yaml")):
        data = read_yaml(path)
        if int(hashlib.sha1(data["id"].encode()).hexdigest()[0], 16) % 2 == half:
            text = license_text("mit").with_name(f"{data['id']}.txt")
            if text.is_file():
                chosen.append((data, decode(text.read_bytes())))
    return chosen


def listed(data: dict[str, Any]) -> set[str]:
    shown = any(clause["type"] == "SCALE_THRESHOLD" and clause["params"].get("result") == "display" for clause in data["clauses"])
    return {clause["type"] for clause in data["clauses"]} | ({"DISPLAY"} if shown else set())


@pytest.mark.real
@pytest.mark.parametrize("half", [0, 1])
def test_labelled_clauses_are_found_and_little_else(half: int) -> None:
    """A labelled clause counts as found when one of its type is detected within two lines of it; a detected type counts as
    right when the file of the license lists it."""
    clauses, hits, right, wrong = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for data, text in licenses(half):
        detected = detect(text, PATTERNS)
        for clause in data["clauses"]:
            if clause.get("lines") and clause["type"] in RESTRICTIVE:
                first, last = clause["lines"][0] - 2, clause["lines"][-1] + 2
                clauses[clause["type"]] += 1
                hits[clause["type"]] += any(c.type == clause["type"] and first <= c.line <= last for c in detected)
        if data["text"]["status"] == "whole":
            for type in {clause.type for clause in detected} & RESTRICTIVE:
                (right if type in listed(data) else wrong)[type] += 1
    for type in ("FIELD_LIMIT", "SCALE_THRESHOLD", "OUTPUT_TRAINING", "TERRITORY", "USE_POLICY", "NAME_PREFIX"):
        assert hits[type] >= 0.9 * clauses[type], (type, hits[type], clauses[type])
    # Commerce that is free up to a limit reads as a limit of field: some of these are told apart only by a person.
    for type in ("FIELD_LIMIT", "SCALE_THRESHOLD", "OUTPUT_TRAINING", "TERRITORY", "USE_POLICY", "NAME_PREFIX", "DISPLAY"):
        assert right[type] >= (0.65 if type == "FIELD_LIMIT" else 0.8) * (right[type] + wrong[type]), (type, right, wrong)
    assert hits.total() >= 0.9 * clauses.total()
    assert right.total() >= 0.85 * (right.total() + wrong.total())


PERMISSIVE = ["mit", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "isc", "zlib", "cc0-1.0", "unlicense", "bsl-1.0",
              "ncsa", "postgresql", "ecl-2.0", "afl-3.0", "ms-pl", "wtfpl", "cc-by-4.0", "cdla-permissive-2.0", "pddl", "odc-by"]  # fmt: skip


@pytest.mark.real
@pytest.mark.parametrize("id", PERMISSIVE)
def test_a_permissive_license_restricts_nothing(id: str) -> None:
    text = decode(license_text(id).read_bytes())
    assert [clause for clause in restrictions(text) if clause.type in RESTRICTIVE | {"GRANT"}] == []


@pytest.mark.real
@pytest.mark.parametrize("id", ["mit", "apache-2.0", "bsd-3-clause", "cc-by-4.0"])
def test_a_sentence_appended_to_a_permissive_license_is_found(id: str) -> None:
    text = decode(license_text(id).read_bytes())
    line = len(lines_of(text))
    for type, saying in ALL_SAYINGS:
        if type in RESTRICTIVE:
            whole = f"{text}\n\n{saying}\n"
            places = lines_as_places(whole, [(line + 1, line + 5)])
            assert type in {clause.type for clause in detect(whole, PATTERNS, places)}, saying


@pytest.mark.real
def test_ten_kilobytes_take_a_few_milliseconds() -> None:
    text = decode(license_text("apache-2.0").read_bytes())
    detect(text, PATTERNS)
    begin = time.process_time()
    for _ in range(10):
        detect(text, PATTERNS)
    assert (time.process_time() - begin) / 10 / len(text) * 10_000 < 0.04
