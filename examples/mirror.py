"""Keep a copy of all claims that a registry shows everybody: python3 mirror.py ADDRESS FILE [SECONDS BETWEEN LOOKS].

FILE is a SQLite database: its table `claims` has each as GET /v1/claims/{id} gives it. Without SECONDS it looks once.
"""

import http.client
import json
import sqlite3
import sys
import time
from urllib.parse import urlsplit

SCHEMA = """CREATE TABLE IF NOT EXISTS claims (id INTEGER PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS place (id INTEGER PRIMARY KEY, cursor INTEGER NOT NULL)"""


def get(address: str, path: str) -> tuple[int, str]:
    """Read what is at a path, without going where it leads on; wait where the registry asks for that."""
    url = urlsplit(address)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    while True:
        connection = kind(url.netloc, timeout=60)
        connection.request("GET", url.path.rstrip("/") + path)
        answer = connection.getresponse()
        if answer.status not in (429, 503):
            return answer.status, answer.read().decode()
        time.sleep(int(answer.headers.get("Retry-After", 1)))


def ids(address: str, path: str) -> list[int]:
    """Read the ids of all items of a list."""
    found, following = [], path
    while following:
        page = json.loads(get(address, following)[1])
        found += [item["id"] for item in page["items"]]
        following = page["next"] and f"{path}&cursor={page['next']}"
    return found


def look(address: str, copy: sqlite3.Connection) -> None:
    """Bring the copy up to date."""
    after = "".join(cursor for (cursor,) in copy.execute("SELECT '&cursor=' || cursor FROM place"))
    while lines := json.loads(get(address, f"/v1/changes?limit=100{after}")[1])["items"]:
        rest = [id for line in lines if line["rest"] for id in ids(address, f"{line['rest']}&fields=id&limit=100")]
        with copy:
            for id in {id for line in lines for id in (*line["claims"], *line["gone_claims"])}.union(rest):
                status, text = get(address, f"/v1/claims/{id}")
                copy.execute("DELETE FROM claims WHERE id = ?", (id,))
                if status == 200:  # else it is gone (404, 410), or one with another (308), which changed too
                    copy.execute("INSERT INTO claims VALUES (?, ?)", (id, text))
            copy.execute("INSERT OR REPLACE INTO place VALUES (1, ?)", (lines[-1]["sequence"],))
        after = f"&cursor={lines[-1]['sequence']}"


if __name__ == "__main__":
    (copy := sqlite3.connect(sys.argv[2])).executescript(SCHEMA)
    look(sys.argv[1], copy)
    while len(sys.argv) > 3:
        time.sleep(float(sys.argv[3]))
        look(sys.argv[1], copy)
