"""A record system of one page: holds SFM's frame, keeps every message it gets, says what the test tells it to."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = """<!doctype html><title>EPJ</title><iframe id="sfm" src="{src}" width="1200" height="800"></iframe>
<script>
  window.got = [];
  addEventListener("message", (event) => got.push({{ data: event.data, origin: event.origin }}));
  window.say = (message) => document.getElementById("sfm").contentWindow.postMessage(message, "*");
</script>"""


class _Page(BaseHTTPRequestHandler):
    def __init__(self, html: str, *args: object) -> None:
        self.html = html
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        body = self.html.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Nothing: the test tells what went wrong."""


@contextmanager
def served(src: str) -> Iterator[str]:
    """The page's address at 127.0.0.1: another site than SFM's `localhost`, as a record system is."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Page, PAGE.format(src=src)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
