"""French as it is set: no line begins with a high sign or ends with an opening quote, and apostrophes are curved.

Sources and data files are written with plain spaces, which is what a keyboard gives; they are set here, once.
"""

from __future__ import annotations

import re

FIXED = "\u00a0"  # the space at which a line does not break

# A per cent sign that opens a blank, « %(name)s », is no sign.
_LOOSE = re.compile(r" (?=[:;?!»€]|%(?![(sd]))|(?<=«) ")


def french_spaces(text: str) -> str:
    """``text`` with the spaces that French puts before its high signs and inside its quotes made unbreakable."""
    return _LOOSE.sub(FIXED, text)


def french(text: str) -> str:
    """``text`` of a data file, with those spaces and curved apostrophes."""
    return french_spaces(text.replace("'", "’"))
