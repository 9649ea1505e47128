"""The commands of the split. Each re-checks the permission, the state, the version and the guard-rails,
records what it did and commits once. Views have asked ``access.require`` for the object before.
"""

from intranet.works.service.accepting import accept_undisputed
from intranet.works.service.amending import open_amendment
from intranet.works.service.concluding import joining_ended, record_household, reopen, tenancy_ended, withdraw
from intranet.works.service.consents import file_consent, give_consent
from intranet.works.service.drafting import add_line, change_line, open_split, remove_line
from intranet.works.service.granting import grant_time
from intranet.works.service.household import answer_as_household, record_voice
from intranet.works.service.negotiating import adopt_counter, comment, keep_line, propose, resolve
from intranet.works.service.overriding import override
from intranet.works.service.replying import answer_line
from intranet.works.service.sending_back import send_back
from intranet.works.service.silence import sweep_silence

__all__ = [
    "accept_undisputed",
    "add_line",
    "adopt_counter",
    "answer_as_household",
    "answer_line",
    "change_line",
    "comment",
    "file_consent",
    "give_consent",
    "grant_time",
    "joining_ended",
    "keep_line",
    "open_amendment",
    "open_split",
    "override",
    "propose",
    "record_household",
    "record_voice",
    "remove_line",
    "reopen",
    "resolve",
    "send_back",
    "sweep_silence",
    "tenancy_ended",
    "withdraw",
]
