"""A clock that jumps an hour, forth and back, doubles no id, tears no list and repeats no ETag."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.factories import claim, topic
from tests.faults import audit
from tests.faults.client import Answer, Client
from tests.faults.server import Server
from tests.faults.traffic import Writers, furnish


@pytest.fixture
def clock(tmp_path: Path, served: Callable[..., Server]) -> tuple[Server, Callable[[str], None]]:
    """A server whose wall clock is moved by writing `+1h` or `-1h`; durations are left as they are."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not libraries:
        pytest.skip("libfaketime is not installed (Debian: apt install libfaketime)")
    file = tmp_path / "clock"
    file.write_text("+0")
    server = served(
        LD_PRELOAD=str(libraries[0]),
        FAKETIME_TIMESTAMP_FILE=str(file),
        FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
        DEADLINE_SECONDS="30",  # the library reads its file at each look at the clock
    )

    def jump(offset: str) -> None:
        written = file.with_suffix(".new")
        written.write_text(offset)
        written.replace(file)  # at once: the library ends a process that finds the file half written

    return server, jump


def test_jumps_of_an_hour_double_nothing_and_tear_nothing(
    url: str,
    clock: tuple[Server, Callable[[str], None]],
    key: Callable[..., str],
    scale: Callable[[int, int], int],
    tell: Callable[[str], None],
) -> None:
    server, jump = clock
    secret = key("admin")
    client = server.client(secret)
    furnish(client)
    path = client.post("/v1/topics", topic()).headers["Location"]
    etags, stamps, jumps = [client.get(path).headers["ETag"]], [], scale(4, 16)
    with Writers(server, secret, 4) as writers:
        for turn in range(jumps):
            jump(["+1h", "+0", "-1h", "-2h"][turn % 4])
            writers.wait_for(8)
            for label in ("A", "B"):  # the same two contents again and again
                changed = client.patch(path, {"label": label}, etags[-1])
                assert changed.status == 200, changed.text
                etags.append(changed.headers["ETag"])
                stamps.append(changed.json["updated_at"])
    assert stamps != sorted(stamps), "the clock did not jump"
    assert len(set(etags)) == len(etags)
    assert (writers.refused, writers.failures) == ([], [])
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/v1/statements?limit=20&fields=id{cursor and f'&cursor={cursor}'}").json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    told = {id for noun, id in writers.acknowledged.values() if noun == "statements"}
    assert len(seen) == len(set(seen))
    assert told == set(seen)
    tell(f"{jumps} jumps, {len(writers.acknowledged)} writes, {len(etags)} ETags of one topic, all different")
    server.kill()
    audit.whole(url)
    audit.held_once(url, writers)


def test_a_retry_is_known_for_a_day_and_no_longer(
    clock: tuple[Server, Callable[[str], None]], key: Callable[..., str]
) -> None:
    server, jump = clock
    client = server.client(key("write"))
    first = _post_until_answered(client, Idempotency_Key="a")
    jump("+23h")
    assert _post_until_answered(client, Idempotency_Key="a").data == first.data
    jump("+25h")
    later = _post_until_answered(client, Idempotency_Key="a")
    assert (first.status, later.status, later.json["id"] != first.json["id"]) == (201, 201, True)


def test_a_key_expires_by_the_clock_and_a_jump_back_does_no_harm(
    clock: tuple[Server, Callable[[str], None]], key: Callable[..., str]
) -> None:
    server, jump = clock
    soon = (datetime.now(UTC) + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    client = server.client(key("write", expires_at=soon))
    assert _post_until_answered(client).status == 201
    jump("+1h")
    assert client.post("/v1/claims", claim()).status == 401
    jump("-1h")
    assert _post_until_answered(client).status == 201


def _post_until_answered(client: Client, **headers: str) -> Answer:
    """Create a claim, and try again as a 503 asks: on a loaded machine a server's first write is its slowest."""
    for _ in range(5):
        answer = client.post("/v1/claims", claim(), **headers)
        if answer.status != 503:
            break
    return answer
