"""Health has no field in the application (``domain.md`` §6): a note that speaks of it is refused, in both languages.

Only words that mean nothing else are looked for: « traitement du bois » and « enceinte de l’immeuble » pass. What a
site needs is what to do or avoid, never why.
"""

from __future__ import annotations

import re

from intranet.errors import Refused
from intranet.freetext import checked
from intranet.search.words import fold
from intranet.translation import gettext as _

_WORDS = re.compile(
    r"\b(?:"
    r"allergi|asthm|autis|cancer|chimiotherap|dialys|diabet|depressi(?:f|ve|on (?:nerveu|sever|post))|"
    r"epilep|grossesse|handicap|hepatit|hospitalis|hypertendu|infarctus|leucemi|malad[ei]|medicament|meningit|mucoviscid|"
    r"paraplegi|tetraplegi|psychiatr|psychos|psychotiq|saturnis|schizophren|bipolair|seropositi|sida\b|vih\b|hiv\b|"
    r"sclerose|toxicoman|alcooliq|addict|trisomi|tuberculo|tumeur|pathologi|symptom|diagnostic medical|"
    r"certificat medical|raison medicale|suivi medical|traitement medical|probleme?s? de sante|etat de sante|"
    r"enceinte de \w+ mois|est enceinte|"
    r"pregnan|disease|illness|medication|medical|disab(?:led|ilit)|alcoholi"
    r")\w*"
)


def refuse_health(text: str, *, field: str) -> None:
    """``Refused`` when ``text`` speaks of somebody's health; the sentence shows the word."""
    found = _WORDS.search(fold(text))
    if found is not None:
        raise Refused(
            "text.health",
            _(
                "Ce texte semble parler de santé (« %(word)s ») : l’intranet n’en garde rien. Écrivez ce qu’il faut "
                "faire ou éviter, sans dire pourquoi.",
                word=found.group(),
            ),
            field=field,
        )


def checked_note(text: str, limit: int, *, field: str, multiline: bool = True) -> str:
    """``freetext.checked``, and nothing of anybody's health: for every text about a family or its site."""
    kept = checked(text, limit, field=field, multiline=multiline)
    refuse_health(kept, field=field)
    return kept
