"""The part of a contract's page that waits for its document, or for its seal, and brings the page up to date then."""

from __future__ import annotations

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from intranet.rows import Row
from intranet.web.answering import number_sent
from intranet.works.terms import ContractState

MOST_ASKED = 24
"""How many times a page asks by itself: about ten minutes. Then a link does."""
LONGEST_DELAY = 30


def is_awaited(contract: Row) -> bool:
    """Whether a job is still to make what the page shows: the document, or the sealed one once all have signed."""
    if contract.failure:
        return False
    if contract.document_id is None:
        return True
    return contract.state is ContractState.SIGNED and contract.sealed_document_id is None


def answer_part(contract: Row, address: str, retry: str = "") -> ResponseReturnValue:
    """The part, asked for by htmx; what was waited for is there: the page is asked for anew, with its buttons."""
    if not is_awaited(contract) and "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Refresh": "true"})
    return render_template(
        "works/_document.html", contract=contract, retry=retry, **waiting(contract, address)
    )


def waiting(contract: Row, address: str) -> dict[str, object]:
    """For the template: whether it waits, where and in how many seconds it asks again; nowhere after a while."""
    asked = number_sent(request.args.get("asked", ""))
    return {
        "awaited": is_awaited(contract),
        "asked_again": f"{address}?asked={asked + 1}" if asked < MOST_ASKED else "",
        "page_address": request.path.removesuffix("/document"),
        "asked_in": min(LONGEST_DELAY, 2 + asked * 2),
    }
