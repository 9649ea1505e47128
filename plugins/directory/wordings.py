"""What kinds and engagements are called on screen."""

from __future__ import annotations

from intranet.translation import lazy_gettext as _l
from intranet.web.states import StateWord
from plugins.directory.models import Engagement, EntryKind

KINDS = {EntryKind.SITE: _l("Site associé"), EntryKind.PARTNER: _l("Partenaire")}
ENGAGEMENTS = {
    Engagement.SOUNDED_OUT: StateWord(_l("Sollicité"), "grey"),
    Engagement.MOBILISED: StateWord(_l("Mobilisé"), "blue"),
    Engagement.UNDER_CONVENTION: StateWord(_l("Sous convention"), "green"),
}
