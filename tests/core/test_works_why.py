"""The short sentence of a line and its page « Pourquoi ? » say the same, whatever the line."""

from __future__ import annotations

from datetime import date

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intranet.works.catalogue import kind_values, read_rows
from intranet.works.queries import LineView
from intranet.works.rules import TESTS
from intranet.works.table import why
from intranet.works.terms import Answer, Cause, Holder, Need, Payer
from intranet.works.why import explain

A_LINE = LineView(
    id=1,
    version=1,
    kind_id=None,
    code="",
    trade="",
    legal_basis="",
    condition="",
    consent="",
    label="Étagères",
    room="Séjour",
    need=Need.WISHED,
    cause=Cause.USE,
    condition_met=None,
    holder=Holder.TENANT,
    tenant_share_pct=None,
    materials_payer=Payer.TENANT,
    materials_cents=0,
    minutes=0,
    consent_on=None,
    usual_holder=None,
    locked_to_bailleur=False,
    lock="",
    digest="",
    alc=Answer.WAITING,
    bailleur=Answer.WAITING,
    household=Answer.WAITING,
    counter_holder=None,
    counter_share_pct=None,
    counter_payer=None,
    bailleur_seen="",
    comments=0,
)
KINDS = [{"code": row["code"], **kind_values(row, 1)} for row in read_rows()]


@st.composite
def lines(draw: st.DrawFn) -> LineView:
    """A line of any kind, or a free one, with any cause and need, consented to or not."""
    kind = draw(st.sampled_from([None, *KINDS]))
    known = {}
    if kind is not None:
        known = {
            "kind_id": 1,
            "usual_holder": kind["default_holder"],
            **{
                name: kind[name] for name in ("code", "trade", "legal_basis", "consent", "locked_to_bailleur")
            },
        }
    return A_LINE._replace(
        **known,
        cause=draw(st.sampled_from(Cause)),
        need=draw(st.sampled_from(Need)),
        consent_on=draw(st.sampled_from([None, date(2019, 3, 1)])),
    )


@given(line=lines())
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_name_the_same_holder_the_same_test_and_the_same_source(app: Flask, line: LineView) -> None:
    with app.test_request_context():
        short, page = why(line.default), explain(line)
        assert page is not None
        [decisive] = [step for step in page.steps if step.decides]
        assert line.default is not None
        assert decisive.said == str(TESTS[line.default.rule])
        who = page.holder if line.default.holder else page.holder.lower()
        assert f"{who}. {decisive.said} Source" in short
        assert short.endswith(f"{decisive.source}.")
        if line.default.rule == "damage":
            assert decisive.source == "loi 89-462 art. 7 c"


def test_a_line_taken_out_of_the_catalogue_s_sight_has_no_reason_to_give(app: Flask) -> None:
    gone = A_LINE._replace(kind_id=7, usual_holder=None)
    with app.test_request_context():
        assert why(gone.default) == ""
        assert explain(gone) is None
