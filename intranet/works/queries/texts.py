"""The texts of the contract that the site wrote, the last of each part; and what they were before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from intranet.rows import Row, fetch_all
from intranet.works.contract_texts import Text, Texts
from intranet.works.models import ContractText

_LAST = select(func.max(ContractText.id)).group_by(ContractText.part, ContractText.language)
_IN_FORCE = select(
    ContractText.id,
    ContractText.part,
    ContractText.language,
    ContractText.title,
    ContractText.text,
    ContractText.by_name,
    ContractText.at,
).where(ContractText.id.in_(_LAST))
_VERSIONS = (
    select(ContractText.id, ContractText.title, ContractText.text, ContractText.by_name, ContractText.at)
    .where(ContractText.part == bindparam("part"), ContractText.language == bindparam("language"))
    .order_by(ContractText.id.desc())
    .limit(50)
)


def texts_in_force(language: str) -> Texts:
    """What the site wrote itself, by part. A part it wrote in French alone is in French in the reading copy."""
    written = _written()
    found = {part: text for (part, each), text in written.items() if each == "fr"}
    if language != "fr":
        found |= {part: text for (part, each), text in written.items() if each == language}
    return found


def untranslated() -> bool:
    """Whether some part was written in French and not in English."""
    written = _written()
    return any(each == "fr" and (part, "en") not in written for part, each in written)


def last_texts() -> dict[tuple[str, str], Row]:
    """The last row of each part and language, with who wrote it and when; an empty text is the default's return."""
    return {(row.part, row.language): row for row in fetch_all(_IN_FORCE)}


def text_versions(part: str, language: str) -> Sequence[Row]:
    """What a part said, newest first, with who wrote it and when."""
    return fetch_all(_VERSIONS, part=part, language=language)


def _written() -> dict[tuple[str, str], Text]:
    return {key: Text(row.title, row.text) for key, row in last_texts().items() if row.text}
