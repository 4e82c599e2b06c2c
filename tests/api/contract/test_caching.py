"""Cheap to poll and safe to change: ETag, If-None-Match and If-Match."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.steps import changed, matching, posted, refusal, together
from tests.checked import contract
from tests.factories import charge, claim, denial, put_suggestion, review, speaker, topic


def everything(writer: FlaskClient) -> None:
    """One of each noun, each with the id 1."""
    posted(writer, "topics", topic())
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"]))
    posted(writer, "reviews", review(charged["claim"]["id"]))
    put_suggestion(1, 1)


def reads() -> list[str]:
    """The address of every read of the contract that is no stream, with the id 1."""
    return [
        re.sub(r"\{\w+\}", "1", path)
        for path, described in contract()["paths"].items()
        if "get" in described and "304" in described["get"]["responses"]
    ]


def test_nothing_but_an_export_is_read_without_an_etag() -> None:
    gets = {path for path, described in contract()["paths"].items() if "get" in described}
    exports = {path for path in gets if path.startswith("/v1/exports/")}
    assert exports
    assert {re.sub(r"\{\w+\}", "1", path) for path in gets - exports} == set(reads())


def changes() -> list[tuple[str, str]]:
    """Method and address of every change of the contract, with the id 1."""
    return [
        (method.upper(), re.sub(r"\{\w+\}", "1", path))
        for path, described in contract()["paths"].items()
        for method in described.keys() & {"patch", "delete"}
    ]


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


@pytest.mark.parametrize(
    "moment", ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 01 Jan 2000 00:00:00 +99999999999999999999"]
)
@pytest.mark.parametrize("header", ["If-Modified-Since", "If-Unmodified-Since", "If-Range"])
def test_a_date_that_no_calendar_has_changes_no_read(
    writer: FlaskClient, reviewer: FlaskClient, header: str, moment: str
) -> None:
    everything(writer)
    etag = reviewer.get("/v1/claims/1").headers["ETag"]
    assert reviewer.get("/v1/claims/1", headers={header: moment}).status_code == 200
    assert reviewer.get("/v1/claims/1", headers={header: moment, "If-None-Match": f"{etag}, "}).status_code == 304


def test_the_etag_of_one_thing_bears_its_id_and_version_and_that_of_a_list_neither(
    writer: FlaskClient, reviewer: FlaskClient
) -> None:
    everything(writer)
    made = changed(writer, "/v1/topics/1", {"label": "Water"})
    assert re.fullmatch(r'"1-2-[0-9a-f]{16}"', made.headers["ETag"])
    for path in reads():
        etag = reviewer.get(path).headers["ETag"]
        if path.endswith("/1"):
            assert re.fullmatch(rf'"1-{reviewer.get(path).json["version"]}-[0-9a-f]{{16}}"', etag), path
        elif path.endswith("/exchange"):
            assert re.fullmatch(r'"1-[0-9]+-[0-9a-f]{16}"', etag), path
        else:
            assert re.fullmatch(r'"[0-9a-f]+"', etag), path


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


def test_every_change_without_if_match_is_a_428_before_the_body_is_read(
    writer: FlaskClient, reviewer: FlaskClient
) -> None:
    everything(writer)
    for method, path in changes():
        answer = reviewer.open(path, method=method, data=b"{")
        assert refusal(answer) == (428, ["If-Match"]), f"{method} {path}"
        assert answer.json["detail"].startswith("If-Match is missing: ")
    assert len(changes()) == 17


def test_every_stale_change_is_a_412_that_changes_nothing(writer: FlaskClient, reviewer: FlaskClient) -> None:
    everything(writer)
    for method, path in changes():
        before = reviewer.get(path)
        body = {"status": "accepted"} if "suggestions" in path else {}
        answer = reviewer.open(path, method=method, json=body, headers={"If-Match": f'"1-99-{"0" * 16}"'})
        assert answer.status_code == 412, f"{method} {path}"
        assert reviewer.get(path).data == before.data


def test_the_etag_of_another_thing_is_a_412_that_changes_nothing(writer: FlaskClient, reviewer: FlaskClient) -> None:
    everything(writer)
    for method, path in changes():
        before = reviewer.get(path)
        others = before.headers["ETag"].replace('"1-', '"2-')
        body = {"status": "accepted"} if "suggestions" in path else {}
        answer = reviewer.open(path, method=method, json=body, headers={"If-Match": others})
        assert answer.status_code == 412, f"{method} {path}"
        assert reviewer.get(path).data == before.data


@pytest.mark.parametrize("noun", ["claims", "speakers"])
def test_whoever_follows_a_308_to_the_survivor_with_the_etag_of_what_was_merged_changes_nothing(
    noun: str, writer: FlaskClient
) -> None:
    bodies = {"claims": [claim(), claim(text="It is not.")], "speakers": [speaker(), speaker(name="Another")]}[noun]
    read, _ = (posted(writer, noun, body) for body in bodies)
    assert writer.post(f"/v1/{noun}/1/merge", json={"into": 2}).status_code == 200
    before = writer.get(f"/v1/{noun}/2")
    for method in ("PATCH", "DELETE"):
        moved = writer.open(f"/v1/{noun}/1", method=method, json={}, headers=matching(read))
        assert (moved.status_code, moved.headers["Location"]) == (308, f"/v1/{noun}/2")
        followed = writer.open(moved.headers["Location"], method=method, json={}, headers=matching(read))
        assert followed.status_code == 412
    assert writer.get(f"/v1/{noun}/2").data == before.data


@pytest.mark.parametrize("noun", ["claims", "speakers"])
def test_an_etag_of_the_survivor_from_before_a_merge_or_its_undoing_is_a_412(noun: str, writer: FlaskClient) -> None:
    bodies = {"claims": [claim(), claim(text="It is not.")], "speakers": [speaker(), speaker(name="Another")]}[noun]
    _, read = (posted(writer, noun, body) for body in bodies)
    path = f"/v1/{noun}/2"

    def stale(headers: dict[str, str]) -> list[int]:
        return [
            writer.open(path, method=method, json={}, headers=headers).status_code for method in ("PATCH", "DELETE")
        ]

    survivor = writer.post(f"/v1/{noun}/1/merge", json={"into": 2})
    assert (survivor.status_code, survivor.json["version"]) == (200, 2)
    assert survivor.headers["ETag"] == writer.get(path).headers["ETag"]
    assert stale(matching(read)) == [412, 412]
    assert writer.post(f"/v1/{noun}/1/unmerge").status_code == 200
    assert writer.get(path).json["version"] == 3
    assert stale(matching(survivor)) == stale(matching(read)) == [412, 412]
    assert writer.delete(path, headers=matching(writer.get(path))).status_code == 204


def test_an_if_match_that_is_no_list_of_etags_is_a_400(writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    for wrong in (
        "",
        "1",
        "* ,*",
        '*, "1-1-0123456789abcdef"',
        '"1',
        '1"',
        '"a" "b"',
        'w/"a"',
        '"a b"',
        "\xff",
        ",",
        "W/",
    ):
        answer = writer.patch("/v1/topics/1", json={"label": "x"}, headers={"If-Match": wrong})
        assert refusal(answer) == (400, ["If-Match"]), wrong
    assert writer.get("/v1/topics/1").json["label"] == "Drinking water"


def test_an_if_match_of_which_no_etag_is_that_of_what_stands_is_a_412(writer: FlaskClient) -> None:
    etag = posted(writer, "topics", topic()).headers["ETag"]
    for other in (
        *('"1"', '"1-0123456789abcdef"', '"0-1-0123456789abcdef"', '"1-0-0123456789abcdef"', '"1-1-0123456789ABCDEF"'),
        *('"1-1-0123456789abcde"', f'"{"9" * 17}-1-0123456789abcdef"', writer.get("/v1/topics").headers["ETag"]),
        *(f"W/{etag}", f'"x", W/{etag}', '"2-1-0123456789abcdef", "1-2-0123456789abcdef"', '"*"', '"\xff"', '""'),
    ):
        answer = writer.patch("/v1/topics/1", json={"label": "x"}, headers={"If-Match": other})
        assert refusal(answer) == (412, ["If-Match"]), other
    assert writer.get("/v1/topics/1").json["label"] == "Drinking water"


def test_an_if_match_of_any_version_or_of_several_lets_the_change_through(writer: FlaskClient) -> None:
    first = posted(writer, "topics", topic()).headers["ETag"]
    coded = first.replace('"', "", 1).replace('"', '-gzip"')
    for version, header in enumerate(("*", " * ", f'"x", {first[:-1]}z", {first}', f'"{coded},'), 2):
        etag = writer.get("/v1/topics/1").headers["ETag"]
        answer = writer.patch(
            "/v1/topics/1", json={"label": str(version)}, headers={"If-Match": header.replace(first, etag)}
        )
        if version < 5:
            assert (answer.status_code, answer.json["version"]) == (200, version), header
        else:
            assert answer.status_code == 412  # the first one, in a coding, is stale by now
    assert writer.delete("/v1/topics/1", headers={"If-Match": "*"}).status_code == 204
    assert writer.delete("/v1/topics/1", headers={"If-Match": "*"}).status_code == 410
    assert writer.delete("/v1/topics/2", headers={"If-Match": "*"}).status_code == 404


def test_a_read_that_no_longer_matches_is_a_412_in_the_one_shape(writer: FlaskClient) -> None:
    made = posted(writer, "topics", topic())
    assert writer.get("/v1/topics/1", headers=matching(made)).status_code == 200
    answer = writer.get("/v1/topics/1", headers={"If-Match": f'"1-9-{"0" * 16}"'})
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


def test_a_read_whose_if_match_holds_is_answered(writer: FlaskClient, reviewer: FlaskClient) -> None:
    everything(writer)
    for path in reads():
        first = reviewer.get(path)
        etag = first.headers["ETag"]
        for holds in ("*", " * ", etag, f'"other", {etag}'):
            answer = reviewer.get(path, headers={"If-Match": holds})
            assert (answer.status_code, answer.data) == (200, first.data), f"{path} {holds}"
        # If-Match is asked first (RFC 9110, section 13.2.2).
        for wrong in ('"other"', f"W/{etag}"):
            answer = reviewer.get(path, headers={"If-Match": wrong, "If-None-Match": etag})
            assert refusal(answer) == (412, ["If-Match"]), f"{path} {wrong}"
        assert reviewer.get(path, headers={"If-Match": "*", "If-None-Match": etag}).status_code == 304
    assert reviewer.get("/v1/claims/99", headers={"If-Match": "*"}).status_code == 404
