"""Sentences of our own making with a clause in each: those that restrict, and duties, grants and explanations."""

from __future__ import annotations

from tests.evidence.restrictive_sentences import RESTRICTS

#: One sentence each, with the clause type that a reader would name.
SAYS: dict[str, list[str]] = {
    **RESTRICTS,
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
    "FLOW_DOWN": [
        "You must ensure that every recipient agrees to these restrictions.",
        "Include these use restrictions as an enforceable provision in any agreement with your users.",
        "All restrictions of this license must be passed on to your own users.",
        "Your users must be bound by terms at least as restrictive as these.",
    ],
    "RELICENSE": [
        "Derivative works must be released under the same license.",
        "Modified versions have to be published under this licence.",
        "Whatever you make of it may be distributed only under this license.",
        "You may not distribute changed files except under the terms of this license.",
        "This is a copyleft license.",
        "All changes must be licensed under the same terms.",
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
        "Every change must be sent to the author within two weeks.",
        "You must pay the licensor a fee of 10 dollars a month.",
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

ALL_SAYINGS = [(type, text) for type, texts in SAYS.items() for text in texts]
