"""The server: no thread before it forks, a deadline on what is sent, few at work at a time, figures on a full disk."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from intranet.access import Role
from intranet.clock import now
from intranet.operations import connections
from intranet.operations.connections import AT_WORK, Received, TimedSocket
from intranet.operations.server import threads_beside_main
from intranet.testing.factories import make_user, sign_in
from intranet.works import typesetting_process
from intranet.works.typesetting_process import TypesettingFailed, TypesettingLate, typeset

PAGE = b'#set document(title: "A")\n#set text(lang: "fr")\n= Un titre'
ENDLESS = b"#for i in range(100000) { for j in range(100000) { if i > j + 1000000 [x] } }"
MEGABYTE = 1024 * 1024


def test_laying_out_a_document_leaves_no_thread_behind_in_the_process_that_will_fork() -> None:
    before = len(threads_beside_main())
    assert typeset(PAGE, "contract", {}, now()).startswith(b"%PDF")
    assert len(threads_beside_main()) == before


def test_a_template_without_end_is_given_up_and_the_next_document_is_made() -> None:
    with pytest.raises(TypesettingLate):
        typeset(ENDLESS, "contract", {}, now(), seconds=1.0)
    with pytest.raises(TypesettingFailed, match="unclosed"):
        typeset(b"#pas_ferme(", "contract", {}, now())
    assert typeset(PAGE, "contract", {}, now()).startswith(b"%PDF")


def test_a_preview_that_would_wait_behind_others_is_answered_at_once_in_words(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        sign_in(client, make_user(Role.COORDINATOR))
    waiting = typesetting_process._typesetter._waiting
    taken = [waiting.acquire(blocking=False) for _place in range(typesetting_process.AT_ONCE)]
    assert all(taken)
    try:
        answer = client.get("/staff/administration/contract/preview/fr.pdf")
    finally:
        for _place in taken:
            waiting.release()
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Réessayez dans une minute" in answer.text
    assert client.get("/staff/administration/contract/preview/fr.pdf").mimetype == "application/pdf"


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, TimedSocket]]:
    """A browser's end of a connection, and the server's."""
    there, here = socket.socketpair()
    with closing(there), closing(here):
        yield there, TimedSocket(here)


def test_who_stops_sending_in_the_middle_is_cut_off_and_who_sends_on_is_not(
    line: tuple[socket.socket, TimedSocket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.2)
    there, here = line
    there.sendall(b"POST /")
    assert here.recv(6) == b"POST /"
    with pytest.raises(ConnectionResetError) as cut:
        here.recv(1)
    assert cut.value.errno == errno.ECONNRESET, "the server says nothing of it in its log"

    here.expect_request()
    there.sendall(b"x" * 8192)  # earns one more second
    assert len(here.recv(8192)) == 8192
    later = threading.Timer(0.5, there.sendall, (b"y",))
    later.start()
    assert here.recv(1) == b"y"
    later.join()


def post(body: Any, length: int) -> dict[str, Any]:
    environ = EnvironBuilder(method="POST", path="/", content_type="text/plain").get_environ()
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(length)
    return environ


def test_a_body_is_whole_before_the_application_is_asked_and_few_are_at_work_at_a_time() -> None:
    at_work, most, gate = [0], [0], threading.Event()

    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        at_work[0] += 1
        most[0] = max(most[0], at_work[0])
        gate.wait(10)
        read = environ["wsgi.input"].read()
        at_work[0] -= 1
        start_response("200 OK", [])
        return [read]

    received = Received(application, MEGABYTE)
    answers: list[bytes] = []

    def send() -> None:
        answers.append(b"".join(run_wsgi_app(received, post(BytesIO(b"a body"), 6))[0]))

    senders = [threading.Thread(target=send) for _each in range(AT_WORK + 3)]
    for sender in senders:
        sender.start()
    while at_work[0] < AT_WORK:
        pass
    gate.set()
    for sender in senders:
        sender.join()
    assert answers == [b"a body"] * (AT_WORK + 3)
    assert most[0] == AT_WORK


class Broken(BytesIO):
    """A body that fails on the way."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def read(self, size: int | None = -1, /) -> bytes:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ConnectionResetError(errno.ECONNRESET, "slow"), "408", "trop lent"),
        (OSError(errno.ENOSPC, "no space"), "503", "disque du serveur est plein"),
    ],
)
def test_a_body_that_does_not_arrive_is_answered_in_words(error: OSError, status: str, said: str) -> None:
    received = Received(lambda _environ, _start: pytest.fail("the application was asked"), MEGABYTE)
    body, found, _headers = run_wsgi_app(received, post(Broken(error), 6))
    assert found.startswith(status)
    assert said in b"".join(body).decode()


def test_a_body_beyond_any_limit_is_left_to_the_application_to_refuse_unread() -> None:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("413 Content Too Large", [])
        return [str(environ["wsgi.input"].tell()).encode()]

    body, status, _headers = run_wsgi_app(
        Received(application, MEGABYTE), post(BytesIO(b"x" * 100), 2 * MEGABYTE)
    )
    assert (status, b"".join(body)) == ("413 Content Too Large", b"0")


def figures(folder: Path, story: str) -> str:
    """Run ``story`` in a process of a server whose figures are in ``folder``."""
    done = subprocess.run(
        [sys.executable, "-c", f"from intranet.operations import metrics\n{story}"],
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_figures_have_all_their_room_on_the_disk_before_the_first_and_give_back_what_is_left(
    tmp_path: Path,
) -> None:
    """A page of a file without a block on a full disk kills the process that writes to it."""
    story = """
import os
metrics.begin_process(100)
for endpoint in range(100):
    for status in (200, 303, 409, 422, 503):
        metrics.observe(f"a_rather_long_blueprint.and_the_name_of_a_view_{endpoint}", "POST", status, 0.1)
for number in range(50):
    metrics.observe("page", f"INVENTED{number}", 405, 0.1)
print(*(os.stat(metrics._file(kind, os.getpid())).st_size for kind in metrics.KINDS), os.getpid())
assert all(os.stat(metrics._file(kind, os.getpid())).st_blocks * 512 >= 409_600 for kind in metrics.KINDS)
assert b'method="other",status="405"} 50.0' in metrics.exposition()
metrics.forget_process(os.getpid())
assert all(os.stat(metrics._file(kind, os.getpid())).st_size < 409_600 for kind in metrics.KINDS)
assert b'method="other",status="405"} 50.0' in metrics.exposition()
"""
    sizes = figures(tmp_path, story).split()
    assert sizes[:2] == ["409600", "409600"], "they never had to grow"


def test_without_room_for_the_figures_the_pages_go_on_without_them(tmp_path: Path) -> None:
    story = "metrics.begin_process(100)\nmetrics.observe('page', 'GET', 200, 0.1)\n"
    figures(tmp_path / "not" / "there", story)
    assert not (tmp_path / "not").exists()
