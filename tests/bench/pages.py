"""How much faster a kept page is than one rendered for its visitor: `make bench`.

Both in one run on one machine, taking turns, so that only their ratio counts. The load is local,
bounded in time, and made by plain sockets; it slows the faster side more, so the true ratio is
at least the one shown.
"""

from __future__ import annotations

import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from multiprocessing.pool import Pool
from pathlib import Path

from tests.support.live import LivePortal

CLIENTS, SECONDS, ROUNDS = 2, 1.5, 3
KEPT = "/en/studies/hem-ismart-d/"
RENDERED = "/en/studies/hem-ismart-d/?fresh=1"  # a query is never answered from what is kept


def _ask(port: int, path: str, seconds: float) -> int:
    """Requests answered on one open line within `seconds`."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: br\r\n\r\n"
    end, count = time.monotonic() + seconds, 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        while time.monotonic() < end:
            line.sendall(request.encode())
            _read_answer(line)
            count += 1
    return count


def _read_answer(line: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(line)
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head[:100]
    length = next(
        int(row.split(b":")[1])
        for row in head.lower().split(b"\r\n")
        if row.startswith(b"content-length")
    )
    while len(body) < length:
        body += _more(line)


def _more(line: socket.socket) -> bytes:
    got = line.recv(65536)
    assert got, "the server closed the line"
    return got


def _per_second(pool: Pool, port: int, path: str) -> float:
    counts = pool.starmap(_ask, [(port, path, SECONDS)] * CLIENTS)
    return sum(counts) / SECONDS


def measure() -> dict[str, float]:
    """Requests a second of both, medians over rounds, and their ratio."""
    kept, rendered = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        LivePortal(Path(folder)) as portal,
        multiprocessing.get_context("spawn").Pool(CLIENTS) as pool,
    ):
        for _ in range(ROUNDS):
            kept.append(_per_second(pool, portal.port, KEPT))
            rendered.append(_per_second(pool, portal.port, RENDERED))
    figures = {"kept": statistics.median(kept), "rendered": statistics.median(rendered)}
    return {**figures, "ratio": figures["kept"] / figures["rendered"]}


def main() -> int:
    found = measure()
    sys.stdout.write(
        f"kept page      {found['kept']:8.0f} requests/s\n"
        f"rendered page  {found['rendered']:8.0f} requests/s\n"
        f"kept/rendered  {found['ratio']:8.1f} times ({CLIENTS} clients on this machine)\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
