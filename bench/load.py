"""Play the requests of a file against a port, where there is no wrk: slower, so that it measures itself above 5,000/s.

    python load.py PORT CONNECTIONS SECONDS FILE

The file is that of `drive.lua`, and so is what is printed.
"""

import json
import socket
import sys
import threading
import time
from pathlib import Path

_DONE = (b"2", b"304")


def _answer(stream: object) -> bytes:
    """Read one answer and return its status."""
    status, length = stream.readline().split()[1], 0
    while (line := stream.readline().lower()) not in (b"\r\n", b""):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    stream.read(length)
    return status


def _play(port: int, requests: list[bytes], until: float, times: list[float], failed: list[bytes]) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as stream:
        at = 0
        while (start := time.perf_counter()) < until:
            connection.sendall(requests[at % len(requests)])
            status = _answer(stream)
            times.append(time.perf_counter() - start)
            if not status.startswith(_DONE):
                failed.append(status)
            at += 1


def main(port: int, connections: int, seconds: int, file: Path) -> None:
    """Ask from so many threads, each of which has its share of the requests."""
    requests = [request for request in file.read_bytes().split(b"\r\n%%%%\n") if request]
    until, times, failed = time.perf_counter() + seconds, list[float](), list[bytes]()
    shares = [requests[place::connections] or requests for place in range(connections)]
    threads = [threading.Thread(target=_play, args=(port, share, until, times, failed)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    told = {"requests": len(times), "us": seconds * 1e6, "failed": len(failed)}
    told |= {name: times[int(len(times) * part)] * 1e6 for name, part in (("p50", 0.5), ("p99", 0.99))}
    print("@" + json.dumps(told))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]), Path(sys.argv[4]))
