"""Texts of our own that talk of licenses, or bind like one, without being a known license; and ways to mention one."""

from __future__ import annotations

PROSE = [
    "Choosing a license for a new project is mostly a question of what you want from the people who use it. If all "
    "you ask for is that your "
    "name stays in the file, a short permissive license such as MIT or BSD will do; if patents worry you, Apache-2.0 "
    "spells them out. "
    "If changes should come back to everyone, look at the GNU family or at the Mozilla license, which asks for less.",
    "The Apache License and the GNU General Public License version 2 do not go together, because the first has a "
    "clause on patents that the "
    "second knows nothing of. Version 3 solved that. Whoever combines code under both therefore publishes the whole "
    "under GPLv3.",
    "Creative Commons licenses are meant for texts, pictures and music. Of the six, only CC BY and CC BY-SA count as "
    "free culture; "
    "the NC and ND variants forbid commercial use or changes. CC0 gives up all rights where the law allows it.",
    "Model licenses are a newer sight. Some are plain software licenses attached to weights, some add lists of "
    "forbidden uses, and "
    "a few stop applying once a service has more than a set number of users. Read the one that comes with your model.",
    "Our lawyers asked us to keep a list of the licenses of everything we ship. The script below walks the tree, "
    "reads each package's "
    "metadata and prints a table. Packages whose license field is empty are listed last; look at those by hand.",
    "Q: May I use this in a closed product?\nA: Yes. It is under the MIT license.\n\nQ: Do I have to mention you?\nA: "
    "Keep the license file. "
    "That is all.\n\nQ: Is there a warranty?\nA: No.\n\nQ: Can I buy support?\nA: Write to us.",
    "In 1989 the first version of the GNU license appeared, and two years later the second, which for a long time was "
    "the most widely used "
    "of all. The University of California dropped the advertising clause from its own license in 1999 at Richard "
    "Stallman's request.",
    "We moved from the GPL to the Apache license in version 4. All contributors agreed; the mails are archived. Code "
    "from before the move "
    "stays available under the old terms from the maintenance branch.",
    "Dual licensing means that the same code is offered under two licenses: one that is free and one that is paid. "
    "Customers who cannot "
    "live with the conditions of the first buy the second. It only works if one party holds all the rights.",
    "The file says one thing and the tag says another. Until the publisher answers, treat the model as if the "
    "stricter of the two applied.",
    "License compliance in three steps: find out what you have, find out what it asks of you, do it. Tools help with "
    "the first. "
    "Attribution, a copy of the text, the offer of source code: most duties are simple once known.",
    "许可证的选择取决于作者希望他人如何使用其作品。MIT 许可证非常简短，Apache 许可证则明确规定了专利授权。GPL "
    "要求衍生作品以相同方式共享。",
    "Die Wahl der Lizenz hängt davon ab, was man erreichen will. Die MIT-Lizenz ist kurz und erlaubt fast alles, die "
    "GPL verlangt die "
    "Weitergabe unter gleichen Bedingungen, und die Apache-Lizenz regelt auch Patente.",
]
UNKNOWN = [
    "QUUX PUBLIC TERMS\n\nThe Quux cooperative lends this program to whoever wants it. Run it, read it, alter it and "
    "hand it on, as long as the "
    "people you hand it to may do the same and as long as you say that it came from the cooperative. We built it with "
    "care but promise nothing; "
    "if it breaks your machine we are sorry and that is all. Should a court find one sentence of these terms void, "
    "the others stand. "
    "These terms are read under the law of Austria. Whoever breaks them loses the loan until the breach is mended.",
    "END USER AGREEMENT\n\n1. This agreement is between you and Example Corp. 2. You get a personal right to install "
    "the product on one computer. "
    "3. You will not reverse engineer, rent, lease or lend it. 4. We may end the agreement if you break it. 5. The "
    "product comes without "
    "any promise as to quality. 6. Our liability ends at the price you paid. 7. Export laws apply to you. 8. The "
    "courts of Vienna decide.",
    "PRIVACY NOTICE\n\nWe collect the address of your device, the time of your visit and the pages you open. We keep "
    "them for fourteen days to find "
    "faults and attacks, and then delete them. We hand nothing to others unless a court orders it. You may ask what "
    "we hold about you.",
    "CONTRIBUTOR STATEMENT\n\nBy sending a change to this project you say that you wrote it, or that whoever wrote it "
    "lets you send it, and that the "
    "project may publish it under the license of the file that it changes. You keep your copyright. You may be named "
    "in the list of authors.",
    "MODEL TERMS OF EXAMPLE LABS\n\nYou may run the weights, fine-tune them and publish the result. Do not use them "
    "to build weapons, to watch people "
    "in secret or to decide on credit, jobs or prison. Tell users that they talk to a machine. Outputs are yours. If "
    "more than ten thousand people "
    "use your service each month, write to us. The weights come as they are. We may publish new terms for new "
    "weights, never for these.",
    "本条款适用于示例公司发布的模型。您可以下载、运行和微调模型，并公开发布结果，但须注明来源。"
    "不得将模型用于监控、武器或歧视性决策。模型按现状提供，我们不对任何损失承担责任。"
    "本条款受新加坡法律管辖。",
]
NAMES = [
    "MIT",
    "Apache-2.0",
    "BSD-3-Clause",
    "GPL-3.0-or-later",
    "LGPL-2.1",
    "MPL-2.0",
    "CC-BY-4.0",
    "CC0-1.0",
    "ISC",
    "Llama 3.1 Community License",
    "Gemma Terms of Use",
    "CreativeML Open RAIL-M",
    "Qwen Research License",
    "EUPL-1.2",
]
MENTIONS = [
    "Licensed under {}.",
    "This project is licensed under the {} license - see the LICENSE file for details.",
    "SPDX-License-Identifier: {}",
    "# SPDX-FileCopyrightText: 2024 Jane Developer <jane@example.org>\n#\n# SPDX-License-Identifier: {}\n\nimport "
    "sys\n\nprint(sys.argv)\n",
    "[![License: {0}](https://img.shields.io/badge/license-{0}-blue.svg)](https://opensource.org/licenses)",
    '{{"name": "quux", "version": "1.0.0", "license": "{}", "dependencies": {{"left": "^1.0.0"}}}}',
    "Copyright (c) 2024 Jane Developer. Released under {}. All rights reserved.",
    "---\nlicense: other\nlicense_name: {0}\nlicense_link: LICENSE\n---\n\n# Quux\n\nThe weights are under the {0}.\n",
    "/* This file is part of quux. It is distributed under the terms of the {}; see COPYING in the top folder. There "
    "is no warranty. */",
    "## License\n\nCode: {}. Documentation: CC-BY-SA-4.0. Logo: all rights reserved. For other terms write to sales@example.org.",
]
