"""The yardstick: the same rows by hand-written SQL, a minimal template, no account, no menu.

The same rows are those our page shows or our command writes: a dossier comes with its contract, notes and history, an
answer with the split's new version, its line of history and the dossier's new date.

One connection for each worker process. Run by gunicorn as ``tests.bench.bare:create()``.
"""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from typing import Any

from flask import Flask, redirect, request

from tests.bench.data import LINES

LIST_PAGE = """<!doctype html><title>Dossiers</title><p>{{ total }}<table>{% for r in rows %}
<tr><td><a href="/dossier/{{ r[0] }}">{{ r[1] }}</a><td>{{ r[2] }}<td>{{ r[3] }}<td>{{ r[4] }}<td>{{ r[5] }}
{% endfor %}</table>"""
DOSSIER_PAGE = """<!doctype html><title>{{ d[1] }}</title><h1>{{ d[1] }} {{ d[2] }}</h1><p>{{ d[3] }} {{ d[4] }}
<dl>{% for value in d[5:] if value is not none %}<dd>{{ value }}{% endfor %}</dl>
<table>{% for r in lines %}<tr><td>{{ r[1] }}<td>{{ r[2] }}<td>{{ r[3] }}<td>{{ r[4] }}<td>{{ r[5] }}
{% endfor %}</table>{% if c %}<p>{{ c[0] }} {{ c[1] }}{% endif %}
<ul>{% for n in notes %}<li>{{ n[0] }} {{ n[1] }} {{ n[2] }}{% endfor %}</ul>
<ol>{% for e in story %}<li>{{ e[0] }} {{ e[1] }} {{ e[2] }} {{ e[3] }}{% endfor %}</ol>"""
SEARCH_PAGE = """<!doctype html><title>Recherche</title><p>{{ total }}<ul>{% for r in rows %}<li>
<a href="/dossier/{{ r[0] }}">{{ r[1] }}</a> {{ r[2] }}{% endfor %}</ul>"""

LIST_SQL = """SELECT d.id, d.number, h.name, d.state, o.name, d.changed_at FROM core_dossier d
JOIN core_household h ON h.id = d.household_id LEFT JOIN core_organisation o ON o.id = d.bailleur_id
WHERE d.bailleur_id = ? AND d.state = ? ORDER BY d.changed_at DESC, d.id DESC LIMIT 25"""
COUNT_SQL = "SELECT count(*) FROM core_dossier WHERE bailleur_id = ? AND state = ?"
DOSSIER_SQL = """SELECT d.id, d.number, h.name, d.state, w.address, d.opened_on, d.allocated_on, d.entry_on,
d.joined_on, h.adults, h.children, h.phone, h.email, p.code, p.name, s.name, w.postcode, w.town, w.kind, w.surface_m2,
w.permit_year, w.asbestos, w.lead, w.dpe_class, w.decent, o.name, r.name, t.name FROM core_dossier d
JOIN core_household h ON h.id = d.household_id JOIN core_pole p ON p.id = h.pole_id
LEFT JOIN core_site s ON s.id = h.site_id LEFT JOIN core_dwelling w ON w.id = d.dwelling_id
LEFT JOIN core_organisation o ON o.id = d.bailleur_id LEFT JOIN core_user r ON r.id = d.referent_id
LEFT JOIN core_user t ON t.id = d.technical_id WHERE d.id = ?"""
CONTRACT_SQL = """SELECT number, state, starts_on, ends_on FROM core_contract WHERE dossier_id = ?
ORDER BY id DESC LIMIT 1"""
NOTES_SQL = """SELECT n.at, u.name, n.text FROM core_dossier_note n JOIN core_user u ON u.id = n.author_id
WHERE n.dossier_id = ? ORDER BY n.at DESC LIMIT 4"""
STORY_SQL = """SELECT at, actor_name, kind, reason FROM core_timeline WHERE dossier_id = ? AND audience LIKE ?
ORDER BY at DESC, id DESC LIMIT 12"""
LINES_SQL = """SELECT l.id, l.label, l.room, l.holder, l.materials_cents, a.answer FROM core_works_line l
JOIN core_split s ON s.id = l.split_id LEFT JOIN core_line_answer a ON a.line_id = l.id AND a.side = 'bailleur'
WHERE s.dossier_id = ? ORDER BY l.position"""
FOUND_SQL = "SELECT count(*) FROM core_search_entry e WHERE e.kind = 'dossier' AND e.words LIKE ?"
SEARCH_SQL = """SELECT d.id, d.number, h.name FROM core_search_entry e
JOIN core_dossier d ON d.id = e.object_id JOIN core_household h ON h.id = d.household_id
WHERE e.kind = 'dossier' AND e.words LIKE ? ORDER BY e.id DESC LIMIT 26"""
ANSWER_SQL = """UPDATE core_line_answer SET answer = ?, at = ? WHERE line_id = ? AND side = 'bailleur'"""
VERSION_SQL = "UPDATE core_split SET version = version + 1 WHERE id = ?"
EVENT_SQL = """INSERT INTO core_timeline (at, kind, actor_name, side, dossier_id, subject, subject_id, from_state,
to_state, reason, data, audience) VALUES (?, 'works.line.answered', '', 'bailleur', ?, 'split', ?, '', '', '', '{}',
' alc bailleur ')"""
MOVED_SQL = "UPDATE core_dossier SET changed_at = ? WHERE id = ?"


def create() -> Flask:
    app = Flask(__name__)
    url = os.environ["DATABASE_URL"]
    engine = "sqlite" if url.startswith("sqlite") else "postgresql"
    pages = {
        name: app.jinja_env.from_string(source)
        for name, source in (("list", LIST_PAGE), ("dossier", DOSSIER_PAGE), ("search", SEARCH_PAGE))
    }
    kept: list[Any] = []

    def connection() -> Any:
        if not kept:
            opened: Any
            if engine == "sqlite":
                opened = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=10)
                opened.execute("PRAGMA synchronous=NORMAL")
            else:
                import psycopg

                opened = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)
            kept.append(opened)
        return kept[0]

    def run(sql: str, *values: Any) -> Any:
        return connection().execute(sql if engine == "sqlite" else sql.replace("?", "%s"), values)

    @app.get("/list")
    def list_page() -> str:
        chosen = (request.args["bailleur"], request.args["state"])
        total = run(COUNT_SQL, *chosen).fetchone()[0]
        return pages["list"].render(rows=run(LIST_SQL, *chosen).fetchall(), total=total)

    @app.get("/dossier/<int:number>")
    def dossier(number: int) -> str:
        return pages["dossier"].render(
            d=run(DOSSIER_SQL, number).fetchone(),
            lines=run(LINES_SQL, number).fetchall(),
            c=run(CONTRACT_SQL, number).fetchone(),
            notes=run(NOTES_SQL, number).fetchall(),
            story=run(STORY_SQL, number, "% alc %").fetchall(),
        )

    @app.get("/search")
    def search() -> str:
        words = f"%{request.args['q']}%"
        total = run(FOUND_SQL, words).fetchone()[0]
        return pages["search"].render(rows=run(SEARCH_SQL, words).fetchall(), total=total)

    @app.post("/answer/<int:line>")
    def answer(line: int) -> Any:
        now = datetime.now(UTC)
        at = now.isoformat(" ") if engine == "sqlite" else now
        split = (line - 1) // LINES + 1  # and its dossier has the same number
        run("BEGIN IMMEDIATE" if engine == "sqlite" else "BEGIN")
        run(ANSWER_SQL, request.form["answer"], at, line)
        run(VERSION_SQL, split)
        run(EVENT_SQL, at, split, split)
        run(MOVED_SQL, at, split)
        run("COMMIT")
        return redirect("/dossier/1", 303)

    return app
