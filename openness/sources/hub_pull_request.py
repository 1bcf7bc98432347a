"""A change to a file of a Hub repository, offered as a pull request through huggingface_hub; nothing is changed directly."""

from __future__ import annotations

import httpx2
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

from openness.errors import OpennessError, Unreachable, UsageError
from openness.printable import printable
from openness.sources.transport import Connection, Refusal


def open_pull_request(
    connection: Connection, model: str, path: str, data: bytes, *, parent: str | None, title: str, description: str
) -> str:
    """Open a pull request on ``model`` that sets the file ``path`` to ``data``; returns its address.

    ``parent`` is the commit that ``data`` was made from: the Hub refuses the change where it has moved on meanwhile.
    Raises UsageError without a token, Unreachable where the Hub cannot be asked, OpennessError where it refuses.
    """
    if connection.access.hf_token is None:
        raise UsageError("--push needs a token of the Hub that may open pull requests; set HF_TOKEN.")
    operation = CommitOperationAdd(path_in_repo=path, path_or_fileobj=data)
    try:
        # the token is put on by our transport, on requests to the Hub alone
        found = HfApi(endpoint=connection.access.hub, token=False).create_commit(
            model, [operation], commit_message=title, commit_description=description, create_pr=True, parent_commit=parent
        )
    except Refusal as refusal:
        raise Unreachable(f"The pull request on {model} could not be opened: {refusal.detail}; try again later.") from None
    except ValueError as error:  # the Hub's own check of the card's front matter
        said = printable(" ".join(str(error).split()), 200)
        raise OpennessError(f"The Hub does not take the card of {model} ({said}); correct its front matter.") from None
    except HfHubHTTPError as error:
        said = printable(error.server_message or str(error).partition("\n")[0], 200)
        raise OpennessError(f"The Hub refused the pull request on {model} ({said}); check the rights of the token.") from None
    except (httpx2.HTTPError, OfflineModeIsEnabled) as error:
        raise Unreachable(f"The pull request on {model} could not be opened ({type(error).__name__}); try again later.") from None
    return printable(found.pr_url or "", 300)
