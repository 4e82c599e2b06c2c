"""Keep a copy of all claims that a registry shows everybody: python3 mirror.py ADDRESS FILE [SECONDS BETWEEN LOOKS].

FILE is a SQLite database: its table `claims` has each as GET /v1/claims/{id} gives it. Without SECONDS it looks once.
"""

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import SplitResult, urlsplit


def get(registry: SplitResult, path: str, *others: int) -> tuple[int, str]:
    """Read what is at a path. Say what else is answered than 200 or `others`; wait where it may pass, end where not."""
    while True:
        connection = (HTTPSConnection if registry.scheme == "https" else HTTPConnection)(registry.netloc, timeout=60)
        connection.request("GET", registry.path.rstrip("/") + path)
        answer = connection.getresponse()
        text, after = answer.read().decode(errors="replace"), answer.headers.get("Retry-After", "")
        if answer.status in (200, *others):
            return answer.status, text
        sys.stderr.write(f"{path} was answered {answer.status} {answer.reason}: {text[:300]}\n")
        if answer.status != 429 and answer.status < 500:
            sys.exit(1)
        time.sleep(int(after) if after.isdecimal() else 5)


def ids(registry: SplitResult, path: str) -> Iterator[int]:
    """Read the ids of all items of a list."""
    following = path
    while following:
        page = json.loads(get(registry, following)[1])
        yield from (item["id"] for item in page["items"])
        following = page["next"] and f"{path}&cursor={page['next']}"


def look(registry: SplitResult, copy: sqlite3.Connection) -> None:
    """Bring the copy up to date."""
    after = "".join(cursor for (cursor,) in copy.execute("SELECT '&cursor=' || cursor FROM place"))
    while lines := json.loads(get(registry, f"/v1/changes?limit=100{after}")[1])["items"]:
        rest = [id for line in lines if line["rest"] for id in ids(registry, f"{line['rest']}&fields=id&limit=100")]
        with copy:
            for id in {id for line in lines for id in (*line["claims"], *line["gone_claims"])}.union(rest):
                status, text = get(registry, f"/v1/claims/{id}", 308, 404, 410)
                copy.execute("DELETE FROM claims WHERE id = ?", (id,))
                if status == 200:  # else it is gone (404, 410), or one with another (308), which changed too
                    copy.execute("INSERT INTO claims VALUES (?, ?)", (id, text))
            copy.execute("INSERT OR REPLACE INTO place VALUES (1, ?)", (lines[-1]["sequence"],))
        after = f"&cursor={lines[-1]['sequence']}"


if __name__ == "__main__":
    (copy := sqlite3.connect(sys.argv[2])).execute("CREATE TABLE IF NOT EXISTS place (id INTEGER PRIMARY KEY, cursor)")
    copy.execute("CREATE TABLE IF NOT EXISTS claims (id INTEGER PRIMARY KEY, json TEXT NOT NULL)")
    look(urlsplit(sys.argv[1]), copy)
    while len(sys.argv) > 3:
        time.sleep(float(sys.argv[3]))
        look(urlsplit(sys.argv[1]), copy)
