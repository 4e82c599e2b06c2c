"""Cheap to poll and safe to change: ETag, If-None-Match and If-Match."""

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from tests.api.steps import blamed, changed, matching, posted, refusal, together
from tests.checked import contract
from tests.factories import charge, claim, denial, review, topic


def everything(writer: FlaskClient) -> None:
    """One of each noun, each with the id 1."""
    posted(writer, "topics", topic())
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"]))
    posted(writer, "reviews", review(charged["claim"]["id"]))


def reads() -> list[str]:
    """The address of every read of the contract, with the id 1."""
    return [re.sub(r"\{\w+\}", "1", path) for path, described in contract()["paths"].items() if "get" in described]


def test_every_read_has_a_strong_etag_and_answers_304_to_it(writer: FlaskClient, reviewer: FlaskClient) -> None:
    everything(writer)
    for path in reads():
        first = reviewer.get(path)
        assert first.status_code == 200, path
        etag = first.headers["ETag"]
        assert re.fullmatch(r'"[!#-~]+"', etag), path
        for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
            again = reviewer.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag), f"{path} {known}"
        assert reviewer.get(path, headers={"If-None-Match": '"other"'}).data == first.data


def test_the_etag_changes_with_what_is_linked(writer: FlaskClient, public: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    paths = [f"/v1/claims/{charged['claim']['id']}", f"/v1/statements/{charged['id']}", "/v1/counterclaims"]
    before = [public.get(path).headers["ETag"] for path in paths]
    posted(writer, "statements", denial(charged["id"]))
    for path, etag in zip(paths, before, strict=True):
        assert public.get(path, headers={"If-None-Match": etag}).status_code == 200, path


def test_whoever_sees_more_has_another_etag(writer: FlaskClient, public: FlaskClient) -> None:
    everything(writer)
    etag = public.get("/v1/documents/1").headers["ETag"]
    assert writer.get("/v1/documents/1", headers={"If-None-Match": etag}).status_code == 200
    assert "Authorization" in public.get("/v1/documents/1").headers["Vary"]


def test_a_cache_asks_again_each_time(writer: FlaskClient, public: FlaskClient) -> None:
    everything(writer)
    assert public.get("/v1/claims/1").headers["Cache-Control"] == "no-cache"


def test_a_head_is_a_get_without_a_body(writer: FlaskClient, public: FlaskClient) -> None:
    everything(writer)
    got, head = public.get("/v1/claims/1"), public.head("/v1/claims/1")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", got.headers["ETag"])
    assert head.headers["Content-Length"] == str(len(got.data))


def test_a_create_gives_the_etag_that_a_change_takes(writer: FlaskClient) -> None:
    made = posted(writer, "topics", topic())
    now = writer.patch("/v1/topics/1", json={"label": "Water"}, headers=matching(made))
    assert now.status_code == 200
    assert writer.delete("/v1/topics/1", headers=matching(now)).status_code == 204


def test_the_etag_of_a_read_changes_what_was_read_also_through_a_link(writer: FlaskClient) -> None:
    everything(writer)
    read = writer.get("/v1/claims/1")
    posted(writer, "reviews", review(1, url="https://checks.example.org/2"))
    assert writer.patch("/v1/claims/1", json={"language": "de"}, headers=matching(read)).status_code == 200


def test_every_change_without_if_match_is_a_428_before_the_body_is_read(writer: FlaskClient) -> None:
    everything(writer)
    seen = 0
    for path, described in contract()["paths"].items():
        for method in described.keys() & {"patch", "delete"}:
            answer = writer.open(re.sub(r"\{\w+\}", "1", path), method=method.upper(), data=b"{")
            assert refusal(answer) == (428, ["If-Match"]), f"{method} {path}"
            seen += 1
    assert seen == 16


def test_every_stale_change_is_a_412_that_changes_nothing(writer: FlaskClient) -> None:
    everything(writer)
    for path in reads():
        if path.endswith("/1"):
            before = writer.get(path)
            for method in ("PATCH", "DELETE"):
                answer = writer.open(path, method=method, json={}, headers={"If-Match": f'"99-{"0" * 16}"'})
                assert answer.status_code == 412, f"{method} {path}"
            assert writer.get(path).data == before.data


def test_an_if_match_that_is_no_etag_of_ours_is_refused(writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    for wrong in (
        "",
        "*",
        "1",
        '"1"',
        'W/"1-0123456789abcdef"',
        '"0-0123456789abcdef"',
        '"1-0123456789ABCDEF"',
        "\xff",
    ):
        answer = writer.patch("/v1/topics/1", json={"label": "x"}, headers={"If-Match": wrong})
        assert answer.status_code in (400, 412), wrong
        assert blamed(answer) == ["If-Match"], wrong
    assert writer.get("/v1/topics/1").json["label"] == "Drinking water"


def test_a_read_that_no_longer_matches_is_a_412_in_the_one_shape(writer: FlaskClient) -> None:
    made = posted(writer, "topics", topic())
    assert writer.get("/v1/topics/1", headers=matching(made)).status_code == 200
    answer = writer.get("/v1/topics/1", headers={"If-Match": f'"9-{"0" * 16}"'})
    assert refusal(answer) == (412, ["If-Match"])


def test_an_etag_never_comes_back(writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    first = writer.get("/v1/topics/1")
    changed(writer, "/v1/topics/1", {"label": "Water"})
    again = changed(writer, "/v1/topics/1", {"label": "Drinking water"})
    assert again.headers["ETag"] != first.headers["ETag"]
    assert writer.patch("/v1/topics/1", json={"label": "x"}, headers=matching(first)).status_code == 412


def test_of_8_parallel_changes_with_one_etag_exactly_one_wins(
    app: Flask, writer: FlaskClient, caller: Callable[[str | None], FlaskClient]
) -> None:
    made = posted(writer, "claims", claim())
    clients = [caller("write") for _ in range(8)]

    def change(number: int) -> int:
        body = {"text": f"Version of writer {number}."}
        return clients[number].patch("/v1/claims/1", json=body, headers=matching(made)).status_code

    assert sorted(together(8, change)) == [200] + [412] * 7
    assert writer.get("/v1/claims/1").json["version"] == 2


def test_of_a_parallel_change_and_retraction_with_one_etag_exactly_one_wins(
    app: Flask, writer: FlaskClient, caller: Callable[[str | None], FlaskClient]
) -> None:
    made = posted(writer, "topics", topic())
    clients = [caller("write") for _ in range(4)]

    def work(number: int) -> int:
        if number % 2:
            return clients[number].delete("/v1/topics/1", headers=matching(made)).status_code
        return clients[number].patch("/v1/topics/1", json={"label": f"{number}"}, headers=matching(made)).status_code

    statuses = together(4, work)
    assert len([status for status in statuses if status in (200, 204)]) == 1
    assert set(statuses) <= {200, 204, 410, 412}
