"""The website, built once for all workers, and served."""

import functools
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from building import ROOT, build
from chromium import chromium, open_page  # noqa: F401  (fixtures)


@pytest.fixture(scope="session")
def built(tmp_path_factory, worker_id) -> Path:
    """Return the directory with ``html`` and ``epub``; the first worker to come builds it."""
    shared = tmp_path_factory.getbasetemp()
    place = (shared if worker_id == "master" else shared.parent) / "book"
    try:
        place.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 300
        while not (place / "finished").exists():
            assert time.monotonic() < deadline, (
                "the worker that builds the website has not finished"
            )
            time.sleep(0.2)
    else:
        try:
            build(ROOT, place)
        finally:
            (place / "finished").touch()
    assert (place / "html" / "index.html").exists(), "another worker failed to build the website"
    return place


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and keeps no log."""

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="session")
def address(built) -> Iterator[str]:
    """Serve the website; return its address."""
    handler = functools.partial(Quiet, directory=built / "html")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def visit(open_page, address):  # noqa: F811  (a fixture)
    """Open pages of the website, and collect what they complain about."""

    def visit(name: str, **settings):
        page = open_page(**settings)
        page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else None)
        page.goto(f"{address}/{name}.html")
        return page

    return visit
