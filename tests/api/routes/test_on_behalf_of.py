"""For whom a statement was made, over HTTP: what counts for a ministry while a spokesman speaks for it, and later."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.steps import changed, posted, refusal, retracted
from tests.factories import charge, denial, speaker


@pytest.fixture
def spokesman(writer: FlaskClient) -> dict[str, int]:
    """The ids of a ministry of a government, another ministry, and the spokesman of the first."""
    ids = {"government": posted(writer, "speakers", speaker(name="Government of China")).json["id"]}
    for name in ("foreign", "trade"):
        body = speaker(name=f"Ministry of {name}", part_of=ids["government"])
        ids[name] = posted(writer, "speakers", body).json["id"]
    person = {"name": "Lin Jian", "kind": "person", "part_of": ids["foreign"]}
    return ids | {"person": posted(writer, "speakers", person).json["id"]}


def denied(writer: FlaskClient, by: int, **other: Any) -> Any:
    """Record the charge, if it is not, and a denial of it."""
    charged = writer.get("/v1/statements?cue=warned").json["items"]
    charged = charged[0] if charged else posted(writer, "statements", charge()).json
    return posted(writer, "statements", denial(charged["id"], speaker={"id": by}, mention=None, **other)).json


def test_a_person_speaks_for_the_body_that_they_are_part_of_at_that_moment(
    writer: FlaskClient, spokesman: dict[str, int]
) -> None:
    said = denied(writer, spokesman["person"])
    assert (said["on_behalf_of"]["id"], said["on_behalf_of"]["name"]) == (spokesman["foreign"], "Ministry of foreign")
    changed(writer, f"/v1/speakers/{spokesman['person']}", {"part_of": spokesman["trade"]})
    assert writer.get(f"/v1/statements/{said['id']}").json["on_behalf_of"]["id"] == spokesman["foreign"]
    later = denied(writer, spokesman["person"], content=[{"text": "charge"}])
    assert later["on_behalf_of"]["id"] == spokesman["trade"]


def test_who_is_no_person_or_says_otherwise_speaks_for_nobody_else(
    writer: FlaskClient, spokesman: dict[str, int]
) -> None:
    assert denied(writer, spokesman["foreign"])["on_behalf_of"] is None
    assert denied(writer, spokesman["person"], on_behalf_of=None)["on_behalf_of"] is None
    other = denied(writer, spokesman["person"], on_behalf_of={"name": "Beijing Zoo"}, content=[{"text": "charge"}])
    assert other["on_behalf_of"]["name"] == "Beijing Zoo"
    (claim,) = writer.get(f"/v1/claims?ids={other['claim']['id']}&include=statements").json["items"]
    assert claim["statements"][0]["on_behalf_of"]["name"] == "Beijing Zoo"


def test_whom_a_statement_was_made_for_is_corrected_and_follows_another_speaker(
    writer: FlaskClient, spokesman: dict[str, int]
) -> None:
    said = denied(writer, spokesman["person"])
    path = f"/v1/statements/{said['id']}"

    def after(**new: Any) -> Any:
        body = changed(writer, path, new).json["on_behalf_of"]
        return body and body["id"]

    assert after(speaker={"id": spokesman["trade"]}) is None
    assert after(speaker={"id": spokesman["person"]}) == spokesman["foreign"]
    assert after(on_behalf_of={"id": spokesman["government"]}) == spokesman["government"]
    assert after(speaker={"name": "Mao Ning"}) == spokesman["government"]  # somebody said so
    assert after(on_behalf_of=None) is None
    assert refusal(writer.post("/v1/statements", json=charge(on_behalf_of={"id": 999}))) == (409, ["/on_behalf_of/id"])
    assert refusal(writer.post("/v1/statements", json=charge(on_behalf_of=7))) == (422, ["/on_behalf_of"])


def test_a_body_for_which_a_statement_stands_cannot_be_retracted(
    writer: FlaskClient, spokesman: dict[str, int]
) -> None:
    said = denied(writer, spokesman["person"])
    path = f"/v1/speakers/{spokesman['foreign']}"
    answer = writer.delete(path, headers={"If-Match": writer.get(path).headers["ETag"]})
    assert (answer.status_code, answer.json["ids"]) == (409, [said["id"]])
    retracted(writer, f"/v1/statements/{said['id']}")
    retracted(writer, path)
    again = denied(writer, spokesman["person"], content=[{"text": "charge"}])
    assert again["on_behalf_of"] is None


def test_what_was_said_for_a_merged_body_was_said_for_the_survivor_until_they_are_parted(
    writer: FlaskClient, spokesman: dict[str, int]
) -> None:
    said = denied(writer, spokesman["person"])

    def body() -> int:
        return int(writer.get(f"/v1/statements/{said['id']}").json["on_behalf_of"]["id"])

    merged, into = spokesman["foreign"], spokesman["trade"]
    assert writer.post(f"/v1/speakers/{merged}/merge", json={"into": into}).status_code == 200
    assert body() == into
    assert writer.post(f"/v1/speakers/{merged}/unmerge").status_code == 200
    assert body() == merged


@pytest.mark.parametrize("kind", ["person", "unnamed"])
def test_what_a_spokesman_says_counts_for_his_body_and_stays_with_it_when_he_leaves(
    writer: FlaskClient, spokesman: dict[str, int], kind: str
) -> None:
    changed(writer, f"/v1/speakers/{spokesman['person']}", {"kind": kind})
    said = denied(writer, spokesman["person"])
    charged = said["counters"][0]["claim"]["id"]
    changed(writer, f"/v1/claims/{charged}", {"about": [{"id": spokesman["foreign"]}]})
    names = {spokesman[name]: name for name in ("person", "foreign", "government", "trade")}

    def found(path: str) -> list[str]:
        """Name of the four those for whom something is found."""
        answers = {name: writer.get(f"/v1/{path}".format(id)).json["items"] for id, name in names.items()}
        return [name for name, items in answers.items() if items]

    def told() -> list[list[str]]:
        paths = ("speakers/{}/positions", "speakers/{}/positions?parts=true", "statements?part_of={}")
        paths += ("claims?answered_by={}", "disputes?by={}", "statements?on_behalf_of={}")
        return [found(path) for path in paths]

    def disputing() -> list[str]:
        return sorted(names[pair["by"]["id"]] for pair in writer.get("/v1/disputes").json["items"])

    own, all_above = ["person", "foreign"], ["person", "foreign", "government"]
    before = [own, all_above, all_above, all_above, all_above, ["foreign"]]
    assert told() == before
    assert disputing() == ["foreign", "person"]
    changed(writer, f"/v1/speakers/{spokesman['person']}", {"part_of": spokesman["trade"]})
    assert told() == before
    assert disputing() == ["foreign", "person"]


def test_a_charge_counts_against_the_body_on_whose_behalf_it_was_made_first(
    writer: FlaskClient, spokesman: dict[str, int]
) -> None:
    charged = posted(writer, "statements", charge(speaker={"id": spokesman["person"]}, mention=None)).json
    posted(writer, "statements", denial(charged["id"], speaker={"name": "Beijing Zoo"}, mention=None))
    changed(writer, f"/v1/speakers/{spokesman['person']}", {"part_of": spokesman["trade"]})
    for name, count in (("person", 1), ("foreign", 1), ("government", 1), ("trade", 0)):
        pairs = writer.get(f"/v1/disputes?against={spokesman[name]}").json["items"]
        assert [pair["against"]["name"] for pair in pairs] == ["Lin Jian"] * count, name


def test_pages_the_positions_of_a_body_in_their_order_whoever_stated_them(
    writer: FlaskClient, spokesman: dict[str, int]
) -> None:
    said = {"sentence": None, "mention": None, "cue": None, "document": {"text": "a b c d e", "language": "en"}}
    for day, (who, word) in enumerate(zip(("foreign", "person", "foreign", "person", "trade"), "abcde", strict=True)):
        body = {"speaker": {"id": spokesman[who]}, "content": [{"text": word}], "said_on": f"2026-03-1{day}"}
        posted(writer, "statements", charge(**said | body))
    posted(writer, "statements", charge(speaker={"id": spokesman["foreign"]}, mention=None))
    for sort, days in (("day", ["10", "11", "12", "13", "13"]), ("-id", ["13", "13", "12", "11", "10"])):
        path = f"/v1/speakers/{spokesman['foreign']}/positions?sort={sort}&limit=2"
        pages = [writer.get(path).json]
        while pages[-1]["next"]:
            pages.append(writer.get(f"{path}&cursor={pages[-1]['next']}").json)
        assert [item["said_on"][-2:] for page in pages for item in page["items"]] == days, sort
        assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert writer.get(f"{path}&total=true").json["total"] == 5
