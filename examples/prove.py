"""Prove what a registry tells everybody of its changes: python3 prove.py ADDRESS [HASH KEPT FROM EARLIER]...

It reads all lines, adds up their hashes, and compares them with what the registry has sealed. It prints the last hash:
keep it. Whoever alters a line after that, and seals the log anew, cannot come to that hash again.
"""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

MEMBERS = ("sequence", "made_at", "noun", "noun_id", "action", "effect", "claims", "gone_claims", "claim_count")


def pages(address: str) -> Iterator[dict[str, Any]]:
    """Read all lines, page by page; wait where the registry says so."""
    cursor = ""
    while True:
        try:
            with urlopen(f"{address}/v1/changes?limit=100{cursor}", timeout=60) as answer:  # noqa: S310 (its user names it)
                page = json.load(answer)
        except HTTPError as error:
            if error.code not in (429, 503):
                raise
            time.sleep(int(error.headers.get("Retry-After", "5")))
            continue
        yield page
        if page["next"] is None:
            return
        cursor = f"&cursor={page['next']}"


def prove(pages: Iterable[dict[str, Any]], kept: Iterable[str] = ()) -> dict[str, Any] | None:
    """Return the last seal. Raises ValueError where one, or a hash that was kept, is not of the lines."""
    last, hashes, missing, seal = "", {}, set(kept), None
    for page in pages:
        for line in page["items"]:
            told = json.dumps([line[name] for name in MEMBERS], separators=(",", ":"))
            last = hashes[line["sequence"]] = sha256((last + told).encode()).hexdigest()
            missing.discard(last)
        if seal := page["seal"]:
            if hashes.get(seal["through"]) != seal["public_hash"]:
                raise ValueError(f"The lines up to {seal['through']} are not those that were sealed.")
            hashes = {sequence: hash for sequence, hash in hashes.items() if sequence >= seal["through"]}
    if missing:
        raise ValueError(f"The lines that made these hashes are no longer there: {', '.join(sorted(missing))}.")
    return seal


if __name__ == "__main__":
    seal = prove(pages(sys.argv[1].rstrip("/")), sys.argv[2:])
    sys.stdout.write(f"{seal['public_hash']} is of all lines up to {seal['through']}\n" if seal else "no seal yet\n")
