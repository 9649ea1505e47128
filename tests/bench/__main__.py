"""Run it: ``./dev bench [--sizes 1000,10000] [--seconds 4] [--database sqlite|postgresql]``.

For each size, both applications run under the same gunicorn (2 workers) on the same database, and are
loaded in turn, several rounds, by 8 clients; the figures are the medians, the share is ours ÷ bare.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlencode

from sqlalchemy import text

from intranet.access import OrganisationKind, Role
from intranet.app import create_app
from intranet.config import Settings
from intranet.database import writing
from intranet.dossiers.models import DossierState
from intranet.extensions import db
from intranet.migrate import upgrade_all
from intranet.rows import reader
from intranet.search.service import merge
from intranet.testing.factories import make_organisation, make_user
from tests.bench import data, load

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Bricolage-2018!"
CLIENTS = 8
AIMS = {"list": 0.40, "dossier": 0.35, "search": 0.80, "answer": 0.55}


@dataclass(frozen=True, slots=True)
class Case:
    """One page: the requests to ours and to the bare view, and how many statements ours takes."""

    name: str
    ours: list[bytes]
    bare: list[bytes]
    statements: int


def _environment(url: str, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": url,
        "INTRANET_INSTANCE": str(folder),
        "SECRET_KEY": "a key for the bench only, long enough",
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(ROOT),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _serving(target: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """A gunicorn with two workers; its port and the process to look at."""
    port = _free_port()
    command = ["-m", "gunicorn", "--workers", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    command.append("--preload")  # as `intranet run` does: the workers share what the start left in memory
    process = subprocess.Popen([sys.executable, *command, target], env=environment, cwd=ROOT)
    try:
        for _ in range(200):
            try:
                load.send(port, load.request("/login" if "bare" not in target else "/nothing"))
                break
            except OSError:
                time.sleep(0.05)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


@dataclass(frozen=True, slots=True)
class Memory:
    """In MB: what a worker has in memory, and its part of it when what is shared is divided among who shares it."""

    resident: float
    share: float


def _memory(pid: int) -> Memory:
    """Of the larger worker."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    sizes = []
    for child in children:
        text = Path(f"/proc/{child}/smaps_rollup").read_text()
        found = dict(re.findall(r"^(Rss|Pss):\s+(\d+)", text, re.MULTILINE))
        sizes.append(Memory(int(found["Rss"]) / 1024, int(found["Pss"]) / 1024))
    return max(sizes, key=lambda each: each.share)


def _sign_in(port: int, email: str) -> str:
    page = load.send(port, load.request("/login"))
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    cookie = re.search(rb"Set-Cookie: (intranet=[^;]+)", page)
    if token is None or cookie is None:
        raise SystemExit("bench: the sign-in page holds no form")
    body = urlencode({"csrf_token": token[1].decode(), "email": email, "password": PASSWORD})
    answer = load.send(port, load.request("/login", cookie=cookie[1].decode(), body=body))
    fresh = re.search(rb"Set-Cookie: (intranet=[^;]+)", answer)
    if fresh is None or answer[9:10] != b"3":
        raise SystemExit(f"bench: {email} could not sign in")
    return fresh[1].decode()


def _settled(port: int, cookie: str, path: str) -> tuple[str, str]:
    """The cookie of a browser that has been on a page with a form, and that form's token."""
    page = load.send(port, load.request(path, cookie=cookie))
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    kept = re.search(rb"Set-Cookie: (intranet=[^;]+)", page)  # it holds the token's secret now
    if token is None or kept is None:
        raise SystemExit(f"bench: {path} holds no form:\n{page[:400].decode(errors='replace')}")
    return kept[1].decode(), token[1].decode()


def _prepare(url: str, folder: Path, size: int) -> None:
    app = create_app(Settings.from_env(_environment(url, folder)))
    upgrade_all(app)
    with app.app_context(), writing():
        association = make_organisation(OrganisationKind.ASSOCIATION)
        make_user(Role.COORDINATOR, association, email="coordination@bench.example")
        db.session.commit()
        with db.engine.begin() as connection:
            data.fill(connection, size)
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))  # what the server does by itself after a while
        merge({})  # what the worker does every day
        bailleur = db.session.get_one(type(association), data.FIRST_BAILLEUR + 1)
        make_user(Role.AGENT, bailleur, email="agent@bench.example")
        db.session.commit()


def _counts(url: str, folder: Path, pages: dict[str, tuple[str, str]]) -> dict[str, int]:
    """SQL statements of one request of each page, on a second visit (what is kept is kept)."""
    from sqlalchemy import event

    app = create_app(Settings.from_env(_environment(url, folder)))
    seen: list[str] = []
    with app.app_context():
        engine = db.engine
        reader().watchers.append(seen.append)

    @event.listens_for(engine, "before_cursor_execute")
    def _note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            seen.append(statement)

    counts = {}
    for name, (email, path) in pages.items():
        client = app.test_client()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)
        if token is None:
            raise SystemExit("bench: the sign-in page holds no form")
        client.post("/login", data={"csrf_token": token[1], "email": email, "password": PASSWORD})
        for _ in range(2):
            seen.clear()
            if client.get(path).status_code != 200:
                raise SystemExit(f"bench: {path} does not open")
        counts[name] = len(seen)
    return counts


def _cases(port: int, url: str, folder: Path, size: int) -> list[Case]:
    staff = _settled(port, _sign_in(port, "coordination@bench.example"), "/staff/dossiers/1")[0]
    agent = _sign_in(port, "agent@bench.example")
    bailleurs = [data.FIRST_BAILLEUR + index for index in range(data.BAILLEURS)]
    with_split = max(1, size // data.ONE_IN)
    numbers = [1 + index * 37 % with_split for index in range(200)]
    words = ["benali", "gambetta", "ines", "jourdan", "lanterne"]
    # The agent's own lines: its bailleur has the dossiers whose number is 1 modulo the number of bailleurs.
    own = [
        number
        for number in range(1, with_split + 1)
        if number % data.BAILLEURS == 1 and data.state_of(number) is DossierState.JOINED
    ][:200]
    lines = [((split - 1) * data.LINES + offset + 1, split, offset) for split in own for offset in range(3)]
    agent, csrf = _settled(port, agent, f"/bailleur/splits/{own[0]}")
    pages = {
        "list": ("coordination@bench.example", f"/staff/dossiers?bailleur={bailleurs[0]}&state=joined"),
        "dossier": ("coordination@bench.example", f"/staff/dossiers/{numbers[0]}"),
        "search": ("coordination@bench.example", f"/search?q={words[0]}"),
    }
    counts = _counts(url, folder, pages)

    def answer(line: int, split: int, offset: int) -> bytes:
        body = urlencode(
            {"csrf_token": csrf, "digest": f"{offset:064d}", "answer": "accepted", "comment": ""}
        )
        return load.request(f"/bailleur/splits/{split}/lines/{line}/answer", cookie=agent, body=body)

    return [
        Case(
            "list",
            [load.request(f"/staff/dossiers?bailleur={b}&state=joined", cookie=staff) for b in bailleurs],
            [load.request(f"/list?bailleur={b}&state=joined") for b in bailleurs],
            counts["list"],
        ),
        Case(
            "dossier",
            [load.request(f"/staff/dossiers/{n}", cookie=staff) for n in numbers],
            [load.request(f"/dossier/{n}") for n in numbers],
            counts["dossier"],
        ),
        Case(
            "search",
            [load.request(f"/search?q={quote(word)}", cookie=staff) for word in words],
            [load.request(f"/search?q={quote(word)}") for word in words],
            counts["search"],
        ),
        Case(
            "answer",
            [answer(*line) for line in lines],
            [load.request(f"/answer/{line}", body=f"answer=accepted&csrf={csrf}") for line, *_ in lines],
            0,
        ),
    ]


def _start(environment: dict[str, str]) -> float:
    """Seconds from nothing to an application, in a process of its own."""
    started = time.perf_counter()
    command = [sys.executable, "-c", "from intranet.app import create_app; create_app()"]
    subprocess.run(command, env=environment, cwd=ROOT, check=True)
    return time.perf_counter() - started


def _measure(url: str, folder: Path, size: int, seconds: float, rounds: int) -> None:
    environment = _environment(url, folder)
    cold = median(_start(environment) for _ in range(3))
    with (
        _serving("intranet.wsgi:app", environment) as (ours_port, ours_pid),
        _serving("tests.bench.bare:create()", environment) as (bare_port, _),
    ):
        for case in _cases(ours_port, url, folder, size):
            load.run(ours_port, case.ours, clients=CLIENTS, seconds=0.5)
            load.run(bare_port, case.bare, clients=CLIENTS, seconds=0.5)
            ours, bare = [], []
            for _ in range(rounds):
                ours.append(load.run(ours_port, case.ours, clients=CLIENTS, seconds=seconds))
                bare.append(load.run(bare_port, case.bare, clients=CLIENTS, seconds=seconds))
            body = load.send(ours_port, case.ours[0]).partition(b"\r\n\r\n")[2]
            per_second = median(figure.per_second for figure in ours)
            yardstick = median(figure.per_second for figure in bare)
            share = median(a.per_second / b.per_second for a, b in zip(ours, bare, strict=True))
            print(
                f"{size:>7} {case.name:<8} {per_second:>8.0f} {yardstick:>8.0f} {share:>6.2f} {AIMS[case.name]:>5.2f} "
                f"{median(f.p50 for f in ours):>7.1f} {median(f.p95 for f in ours):>7.1f} "
                f"{len(body) / 1000:>7.1f} {len(gzip.compress(body, 6)) / 1000:>7.1f} {case.statements or '':>4}",
                flush=True,
            )
        memory = _memory(ours_pid)
        print(
            f"{size:>7} cold start {cold:.2f} s, a worker costs {memory.share:.0f} MB "
            f"({memory.resident:.0f} MB with all that it shares)",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--seconds", type=float, default=3.0, help="of load in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = parser.parse_args()
    print(
        f"{chosen.database}, {CLIENTS} clients, gunicorn with 2 workers\n"
        "   size page        req/s   bare/s  share   aim  p50 ms  p95 ms      kB kB gzip  SQL"
    )
    for size in map(int, chosen.sizes.split(",")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if chosen.database == "sqlite":
                url = f"sqlite:///{folder / 'bench.db'}"
                _prepare(url, folder, size)
                _measure(url, folder, size, chosen.seconds, chosen.rounds)
            else:
                from tests.databases import open_databases
                from tooling.postgres import temporary_cluster

                with temporary_cluster() as server, open_databases(server, folder, "bench") as databases:
                    _prepare(databases.template_url, folder, size)
                    _measure(databases.template_url, folder, size, chosen.seconds, chosen.rounds)


if __name__ == "__main__":
    main()
