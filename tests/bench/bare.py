"""The yardstick: the same rows by hand-written SQL, a minimal template, no account, no menu.

One connection for each worker process. Run by gunicorn as ``tests.bench.bare:create()``.
"""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from typing import Any

from flask import Flask, redirect, request

LIST_PAGE = """<!doctype html><title>Dossiers</title><p>{{ total }}<table>{% for r in rows %}
<tr><td><a href="/dossier/{{ r[0] }}">{{ r[1] }}</a><td>{{ r[2] }}<td>{{ r[3] }}<td>{{ r[4] }}<td>{{ r[5] }}
{% endfor %}</table>"""
DOSSIER_PAGE = """<!doctype html><title>{{ d[1] }}</title><h1>{{ d[1] }} {{ d[2] }}</h1><p>{{ d[3] }} {{ d[4] }}
<table>{% for r in lines %}<tr><td>{{ r[1] }}<td>{{ r[2] }}<td>{{ r[3] }}<td>{{ r[4] }}<td>{{ r[5] }}
{% endfor %}</table>"""
SEARCH_PAGE = """<!doctype html><title>Recherche</title><p>{{ total }}<ul>{% for r in rows %}<li>
<a href="/dossier/{{ r[0] }}">{{ r[1] }}</a> {{ r[2] }}{% endfor %}</ul>"""

LIST_SQL = """SELECT d.id, d.number, h.name, d.state, o.name, d.changed_at FROM core_dossier d
JOIN core_household h ON h.id = d.household_id LEFT JOIN core_organisation o ON o.id = d.bailleur_id
WHERE d.bailleur_id = ? AND d.state = ? ORDER BY d.changed_at DESC, d.id DESC LIMIT 25"""
COUNT_SQL = "SELECT count(*) FROM core_dossier WHERE bailleur_id = ? AND state = ?"
DOSSIER_SQL = """SELECT d.id, d.number, h.name, d.state, w.address FROM core_dossier d
JOIN core_household h ON h.id = d.household_id LEFT JOIN core_dwelling w ON w.id = d.dwelling_id WHERE d.id = ?"""
LINES_SQL = """SELECT l.id, l.label, l.room, l.holder, l.materials_cents, a.answer FROM core_works_line l
JOIN core_split s ON s.id = l.split_id LEFT JOIN core_line_answer a ON a.line_id = l.id AND a.side = 'bailleur'
WHERE s.dossier_id = ? ORDER BY l.position"""
FOUND_SQL = "SELECT count(*) FROM core_search_entry e WHERE e.kind = 'dossier' AND e.words LIKE ?"
SEARCH_SQL = """SELECT d.id, d.number, h.name FROM core_search_entry e
JOIN core_dossier d ON d.id = e.object_id JOIN core_household h ON h.id = d.household_id
WHERE e.kind = 'dossier' AND e.words LIKE ? ORDER BY e.id DESC LIMIT 26"""
ANSWER_SQL = """UPDATE core_line_answer SET answer = ?, at = ? WHERE line_id = ? AND side = 'bailleur'"""


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
            if engine == "sqlite":
                opened = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
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
        head = run(DOSSIER_SQL, number).fetchone()
        return pages["dossier"].render(d=head, lines=run(LINES_SQL, number).fetchall())

    @app.get("/search")
    def search() -> str:
        words = f"%{request.args['q']}%"
        total = run(FOUND_SQL, words).fetchone()[0]
        return pages["search"].render(rows=run(SEARCH_SQL, words).fetchall(), total=total)

    @app.post("/answer/<int:line>")
    def answer(line: int) -> Any:
        at = datetime.now(UTC)
        run(ANSWER_SQL, request.form["answer"], at.isoformat(" ") if engine == "sqlite" else at, line)
        return redirect("/dossier/1", 303)

    return app
