"""Lists are light: they say how much there is, and write it on request."""

import json
from statistics import median
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.test_sample import all_of, sample  # noqa: F401
from tests.checked import parameters

#: What a claim in a list takes at most, in bytes, in the median of the sample.
LIGHT = 2000


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
    claims = all_of(sample, "claims")
    assert median(sizes(claims)) < LIGHT
    for item in claims:
        whole = sample.get(f"/v1/claims/{item['id']}?include=first_statement,answered,answer_counts,disputed").json
        kinds = [one["kind"] for one in whole["counterclaims"]]
        assert (
            item["answer_counts"]
            == whole["answer_counts"]
            == {kind: kinds.count(kind) for kind in item["answer_counts"]}
        )
        assert item["disputed"] is whole["disputed"] is bool({"denies", "disputes"} & {*kinds})
        brief = item.pop("first_statement")
        assert brief.items() <= whole["first_statement"].items()
        assert item.items() <= whole.items()


@pytest.mark.parametrize("noun", ["speakers", "documents"])
def test_lists_of_speakers_and_documents_embed_no_statements_and_no_whole_texts(
    sample: FlaskClient,  # noqa: F811
    noun: str,
) -> None:
    for item in all_of(sample, noun):
        assert not {"statements", "text"} & {*item}
        assert item["statement_count"] >= 0


@pytest.mark.parametrize("noun", ["claims", "speakers", "documents"])
def test_include_adds_all_that_a_list_leaves_out(sample: FlaskClient, noun: str) -> None:  # noqa: F811
    asked = ",".join(word for word in words(noun) if word != "snippets")
    for item in all_of(sample, f"{noun}?include={asked}"):
        query = "?include=first_statement,answered,answer_counts,disputed" if noun == "claims" else ""
        assert item == sample.get(f"/v1/{noun}/{item['id']}{query}").json


def test_include_goes_with_fields(sample: FlaskClient) -> None:  # noqa: F811
    (item,) = sample.get("/v1/claims?ids=1&fields=id,statements.id&include=statements").json["items"]
    assert item["statements"][0]["speaker"]
    assert {*item} == {"id", "statements", "statements_rest"}
