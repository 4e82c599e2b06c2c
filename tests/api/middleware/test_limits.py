"""How often, and for how long, one caller may ask: by key and by address, shared by the processes of a server."""

from datetime import timedelta
from itertools import count
from pathlib import Path
from time import monotonic

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.contract import auth, places
from api.middleware import limits
from api.settings import Settings
from models.access import keys
from models.storage import database
from tests.checked import CheckedClient
from tests.factories import topic


def limited(url: str, **settings: int) -> FlaskClient:
    """A client of an app with these limits."""
    app = create_app(Settings(DATABASE_URL=url, **settings))
    app.test_client_class = CheckedClient
    return app.test_client()


def test_a_caller_hears_what_is_left_and_then_to_wait(url: str) -> None:
    public = limited(url, REQUESTS_PER_MINUTE=3)
    left = [public.get("/v1/topics").headers["RateLimit"].partition(";t=")[0] for _ in range(3)]
    assert left == ['"address";r=2', '"address";r=1', '"address";r=0']
    refused = public.get("/v1/topics")
    assert refused.status_code == 429
    assert refused.mimetype == "application/problem+json"
    assert "3 times a minute" in refused.json["detail"]
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert refused.headers["RateLimit-Policy"] == '"address";q=3;w=60'
    assert refused.headers["RateLimit"].startswith('"address";r=0;t=')
    assert public.get("/healthz").status_code == 200
    database.close()


def test_a_key_has_a_bucket_of_its_own_and_what_is_none_counts_for_its_address(url: str) -> None:
    public = limited(url, REQUESTS_PER_MINUTE=4, KEY_REQUESTS_PER_MINUTE=50)
    _, secret = keys.create(name="busy", scope="read")

    def policy(secret: str) -> str:
        return public.get("/v1/topics", headers={"Authorization": f"Bearer {secret}"}).headers["RateLimit-Policy"]

    assert [policy(secret) for _ in range(3)] == ['"key";q=50;w=60'] * 3
    assert [policy(f"cck_{number}") for number in range(3)] == ['"address";q=4;w=60'] * 3
    statuses = [public.get("/v1/topics", headers={"Authorization": f"Bearer cck_{n}"}).status_code for n in range(2)]
    assert statuses == [401, 429]
    assert policy(secret) == '"key";q=50;w=60'
    database.close()


def test_a_key_is_served_where_its_address_is_spent_and_what_is_no_key_is_not(url: str) -> None:
    public = limited(url, REQUESTS_PER_MINUTE=2, KEY_REQUESTS_PER_MINUTE=3)
    _, secret = keys.create(name="late", scope="write")
    known = {"Authorization": f"Bearer {secret}"}
    assert [public.get("/v1/topics").status_code for _ in range(3)] == [200, 200, 429]
    for guessed in ("Bearer cck_guessed", "Basic YTpi", ""):
        for path in ("/v1/topics", "/v1/openapi.json", "/v1/claims?x=1"):
            refused = public.get(path, headers={"Authorization": guessed})
            assert (refused.status_code, "This address may" in refused.text) == (429, True), (guessed, path)
            assert int(refused.headers["Retry-After"]) > 0
    made = public.post("/v1/topics", json=topic(), headers=known)
    assert (made.status_code, made.headers["RateLimit"].partition(";t")[0]) == (201, '"key";r=2')
    assert "Retry-After" not in made.headers
    assert [public.get("/v1/topics", headers=known).status_code for _ in range(3)] == [200, 200, 429]
    database.close()


def test_a_flood_of_the_secret_before_a_rotation_leaves_the_new_one_alone(url: str) -> None:
    public = limited(url, REQUESTS_PER_MINUTE=100, KEY_REQUESTS_PER_MINUTE=3)
    key, old = keys.create(name="leaked", scope="read")
    _, new = keys.rotate(id=key.id, grace=timedelta(hours=1))

    def statuses(secret: str, count: int) -> list[int]:
        headers = {"Authorization": f"Bearer {secret}"}
        return [public.get("/v1/topics", headers=headers).status_code for _ in range(count)]

    assert statuses(old, 5) == [200, 200, 200, 429, 429]
    assert statuses(new, 4) == [200, 200, 200, 429]
    database.close()


def test_what_is_no_key_is_not_looked_up_where_its_address_is_spent(url: str) -> None:
    public = limited(url, REQUESTS_PER_MINUTE=2, KEY_REQUESTS_PER_MINUTE=3)
    _, secret = keys.create(name="late", scope="read")
    for number in range(4):
        public.get("/v1/topics", headers={"Authorization": f"Bearer cck_{number}"})
    queries: list[str] = []
    database.db.query_hooks.append(lambda event: queries.append(event.sql))
    for number in range(50):
        refused = public.get("/v1/topics", headers={"Authorization": f"Bearer cck_guess{number}"})
        assert refused.status_code == 429
    assert len(queries) <= 3, "once a second"
    assert public.get("/v1/topics", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    database.close()


def test_without_a_limit_there_is_no_header_of_it(public: FlaskClient) -> None:
    assert "RateLimit" not in public.get("/v1/topics").headers


def test_the_address_is_the_one_that_the_outermost_proxy_of_ours_saw() -> None:
    seen = {"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 198.51.100.7, 10.0.0.8"}
    assert [limits.address(seen, proxies) for proxies in range(5)] == [
        "10.0.0.9",
        "10.0.0.8",
        "198.51.100.7",
        "6.6.6.6",
        "10.0.0.9",
    ]
    assert limits.address({"REMOTE_ADDR": "10.0.0.9"}, 1) == "10.0.0.9"


def test_a_household_of_ipv6_is_one_caller() -> None:
    assert limits.network("2001:db8:1:2:aaaa::1") == limits.network("2001:db8:1:2::9") == "2001:0db8:0001:0002"
    assert limits.network("2001:db8:1:3::1") != limits.network("2001:db8:1:2::1")
    assert limits.network("192.0.2.1") == "192.0.2.1"
    rate_limits = limits.RateLimits(1200, 0, proxies=0)
    asked, other, stranger = ({"REMOTE_ADDR": f"2001:db8:1:{number}"} for number in ("2:aaaa::1", "2::9", "3::1"))
    for environ in (asked, other, stranger):
        rate_limits.count(environ, None)
    rate_limits.charge(asked, 90)
    assert [rate_limits.overdrawn(environ) for environ in (asked, other, stranger)] == [True, True, False]
    while rate_limits.count(asked, None) is None:
        pass
    assert [rate_limits.spent(environ) for environ in (asked, other, stranger)] == [True, True, False]


def test_ipv4_is_the_same_caller_on_a_socket_of_ipv6() -> None:
    assert limits.network("::ffff:192.0.2.1") == limits.network("::ffff:c000:201") == "192.0.2.1"
    assert limits.network("::ffff:192.0.2.1") != limits.network("::ffff:192.0.2.2")


@pytest.mark.parametrize(
    "written",
    [
        "192.0.2.7:{}",
        "192.0.2.7:_p-{}.x",
        "[2001:db8::1]:{}",
        "[2001:db8::{}]",
        "[::ffff:192.0.2.7]:{}",
        "[fe80::1%eth0]:{}",
    ],
)
def test_the_port_that_a_proxy_writes_makes_no_other_caller(written: str) -> None:
    limit = limits.RateLimits(3, 0, proxies=1)
    seen = [{"HTTP_X_FORWARDED_FOR": written.format(number)} for number in range(5000, 5006)]
    assert [limit.count(environ, None) is None for environ in seen] == [True] * 3 + [False] * 3


def test_an_address_is_the_same_caller_with_a_port_and_without() -> None:
    assert limits.network("192.0.2.7:5000") == limits.network("[::ffff:192.0.2.7]:5000") == "192.0.2.7"
    assert limits.network("[2001:db8:1:2::1]:5000") == limits.network("2001:db8:1:2::9") == "2001:0db8:0001:0002"
    assert limits.network("192.0.2.7:5000") != limits.network("192.0.2.8:5000")
    assert limits.network("64:ff9b::192.0.2.7") == "0064:ff9b:0000:0000"
    assert limits.network("[2001:db8:1:2::1]:1") != limits.network("[2001:db8:1:3::1]:1")


def test_processes_share_their_buckets(tmp_path: Path) -> None:
    file = tmp_path / "buckets"
    limits.Buckets.prepare(file)
    one, other = limits.Buckets(file), limits.Buckets(file)
    assert one.slot("192.0.2.1") == other.slot("192.0.2.1") != one.slot("192.0.2.2")
    slot = one.slot("192.0.2.1")
    assert [buckets.take(slot, 3)[:2] for buckets in (one, other, one)] == [(0, 2), (0, 1), (0, 0)]
    wait, left, _ = other.take(slot, 3)
    assert (wait > 0, left) == (True, 0)


def test_who_read_for_longer_than_it_may_reads_one_at_a_time(url: str) -> None:
    public = limited(url, DEADLINE_SECONDS=1)
    _, secret = keys.create(name="busy", scope="write")
    known = {"Authorization": f"Bearer {secret}"}
    rate_limits, reading = (public.application.config[name] for name in (auth.RATE_LIMITS, places.ONE_BY_ONE))
    asked = {"REMOTE_ADDR": "127.0.0.1"}
    rate_limits.count(asked, None)

    def statuses() -> list[int]:
        return [public.get(path).status_code for path in ("/v1/topics", "/v1/claims?q=wind", "/v1/exports/claims")]

    assert reading.take("127.0.0.1")
    rate_limits.charge(asked, 59)
    assert statuses() == [200, 200, 200]
    rate_limits.charge(asked, 30)
    assert statuses() == [503, 503, 503]
    assert public.get("/v1/topics", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200
    assert public.get("/v1/topics", headers=known).status_code == 200
    assert public.post("/v1/topics", json=topic(), headers=known).status_code == 201
    reading.give("127.0.0.1")
    # What it writes meanwhile keeps it from no read.
    asking = public.application.config[places.ASKING]
    assert asking.take("127.0.0.1")
    assert statuses() == [200, 200, 200]
    database.close()


def test_a_request_is_charged_for_as_long_as_it_reads(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    public = limited(url)
    rate_limits, asked = public.application.config[auth.RATE_LIMITS], {"REMOTE_ADDR": "127.0.0.1"}
    rate_limits.count(asked, None)
    # Each look at the clock is as much later.
    monkeypatch.setattr(auth, "monotonic", count(step=40).__next__)
    told = []
    for path in ("/v1/topics", "/v1/topics/nowhere"):
        public.get(path)
        told.append(rate_limits.overdrawn(asked))
    assert told == [False, True]
    database.close()


@pytest.mark.parametrize(
    ("limit", "key", "seconds"), [(1200, None, 60), (12_000, None, 600), (3, None, 60), (1200, 7, 600)]
)
def test_who_may_ask_ten_times_as_often_may_read_ten_times_as_much_at_once(
    monkeypatch: pytest.MonkeyPatch, limit: int, key: int | None, seconds: int
) -> None:
    rate_limits = limits.RateLimits(limit, 12_000, proxies=0)
    asked, former = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "192.0.2.1"}
    rate_limits.count(asked, key)
    rate_limits.charge(asked, seconds - 10)
    assert not rate_limits.overdrawn(asked)
    rate_limits.charge(asked, seconds)
    assert rate_limits.overdrawn(asked)
    # However long it went on, a minute of less is enough.
    rate_limits.charge(asked, 100 * seconds)
    later = monotonic() + 61
    monkeypatch.setattr(limits, "monotonic", lambda: later)
    assert not rate_limits.overdrawn(asked)
    # As with requests, what comes with the secret before a rotation leaves the new one alone.
    rate_limits.count(former, 7, former=True)
    assert not rate_limits.overdrawn(former)


def test_without_a_limit_on_requests_there_is_none_on_their_time() -> None:
    rate_limits = limits.RateLimits(0, 0, proxies=0)
    asked = {"REMOTE_ADDR": "192.0.2.1"}
    rate_limits.count(asked, None)
    rate_limits.charge(asked, 1000)
    assert not rate_limits.overdrawn(asked)
