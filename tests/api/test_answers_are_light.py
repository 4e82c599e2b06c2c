"""Lists are light: they say how much there is, and write it on request."""

import json
from statistics import median
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.steps import posted
from tests.api.test_sample import all_of, sample  # noqa: F401
from tests.checked import parameters
from tests.factories import charge, denial

#: What an item of a list takes at most, in bytes, in the median of the sample.
LIGHT = {"claims": 2000, "statements": 2000, "counterclaims": 3500}
#: What `GET` of one thing takes to show what a list of them does.
EXTRAS = {"claims": "?include=first_statement,answered,answer_counts,disputed", "counterclaims": "?include=days"}


def sizes(items: list[Any]) -> list[int]:
    """How many bytes each item takes as it is sent."""
    return [len(json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()) for item in items]


def words(list_: str) -> list[str]:
    """What `include` of a list takes, as the contract says."""
    (include,) = (one for one in parameters(f"/v1/{list_}") if one["name"] == "include")
    return str(include["schema"]["pattern"]).split(")")[0].removeprefix("^(").split("|")


def test_a_page_has_20_items_where_nothing_is_said(sample: FlaskClient) -> None:  # noqa: F811
    assert len(sample.get("/v1/claims").json["items"]) == 20


def test_a_claim_in_a_list_is_light_and_says_what_there_is(sample: FlaskClient) -> None:  # noqa: F811
    for item in all_of(sample, "claims"):
        whole = sample.get(f"/v1/claims/{item['id']}{EXTRAS['claims']}").json
        kinds = [one["kind"] for one in whole["counterclaims"]]
        assert (
            item["answer_counts"]
            == whole["answer_counts"]
            == {kind: kinds.count(kind) for kind in item["answer_counts"]}
        )
        assert item["disputed"] is whole["disputed"] is bool({"denies", "disputes"} & {*kinds})
        assert shown_in(whole, item)


def shown_in(whole: Any, brief: Any) -> bool:
    """Whether all that is shown in brief is a part of the whole."""
    if isinstance(brief, dict):
        return brief.keys() <= whole.keys() and all(shown_in(whole[name], brief[name]) for name in brief)
    if isinstance(brief, list):
        return len(brief) == len(whole) and all(map(shown_in, whole, brief))
    return bool(whole == brief)


@pytest.mark.parametrize("noun", [*LIGHT])
def test_an_item_in_a_list_is_light_and_a_part_of_the_whole(sample: FlaskClient, noun: str) -> None:  # noqa: F811
    items = all_of(sample, noun)
    assert median(sizes(items)) < LIGHT[noun]
    assert all(shown_in(sample.get(f"/v1/{noun}/{item['id']}{EXTRAS.get(noun, '')}").json, item) for item in items)


def test_a_statement_in_a_list_says_who_said_what_where_and_how_much_else_there_is(
    sample: FlaskClient,  # noqa: F811
) -> None:
    for item in all_of(sample, "statements"):
        assert {"speaker", "day", "content", "sentence", "document", "claim", "status", "changed_at"} <= {*item}
        assert not {*words("statements")} - {"claim", "sentence"} & {*item}
        whole = sample.get(f"/v1/statements/{item['id']}").json
        for count, members in (("joint_count", "joint_ids"), ("counter_count", "counters")):
            assert item[count] == len(whole[members])
        assert item["counterclaim_count"] == len(whole["counterclaims"])


@pytest.mark.parametrize("noun", ["speakers", "documents"])
def test_lists_of_speakers_and_documents_embed_no_statements_and_no_whole_texts(
    sample: FlaskClient,  # noqa: F811
    noun: str,
) -> None:
    for item in all_of(sample, noun):
        assert not {"statements", "text"} & {*item}
        assert item["statement_count"] >= 0


@pytest.mark.parametrize("noun", ["claims", "statements", "counterclaims", "speakers", "documents"])
def test_include_adds_all_that_a_list_leaves_out(sample: FlaskClient, noun: str) -> None:  # noqa: F811
    asked = ",".join(word for word in words(noun) if word != "snippets")
    for item in all_of(sample, f"{noun}?include={asked}"):
        assert item == sample.get(f"/v1/{noun}/{item['id']}{EXTRAS.get(noun, '')}").json


def test_include_goes_with_fields(sample: FlaskClient) -> None:  # noqa: F811
    (item,) = sample.get("/v1/claims?ids=1&fields=id,statements.id&include=statements").json["items"]
    assert item["statements"][0]["speaker"]
    assert {*item} == {"id", "statements", "statements_rest"}


def test_the_answers_of_one_kind_are_counted_alone_also_where_there_are_none(writer: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"]))
    items = writer.get("/v1/claims?fields=answer_counts.denies").json["items"]
    assert [item["answer_counts"] for item in items] == [{"denies": 0}, {"denies": 1}]
