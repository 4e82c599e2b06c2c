"""/v1/sentences over HTTP."""

from flask.testing import FlaskClient

from tests.api.steps import changed, matching, posted, refusal, retracted
from tests.factories import SENTENCE, TEXT, charge, document

START = TEXT.index(SENTENCE)


def test_it_works(writer: FlaskClient) -> None:
    posted(writer, "documents", document())
    listed = writer.get("/v1/sentences?document=1").json["items"]
    assert [sentence["position"] for sentence in listed] == list(range(len(listed)))
    for sentence in listed:
        assert sentence["text"] == TEXT[sentence["start"] : sentence["end"]]
    assert listed[1] == writer.get("/v1/sentences/2").json
    assert (listed[1]["text"], listed[1]["start"]) == (SENTENCE, START)
    assert (listed[1]["before"], listed[1]["after"]) == (listed[0]["text"], listed[2]["text"])
    assert listed[1]["document"]["title"] == "A visit"


def test_adds_one_that_the_cutting_missed(writer: FlaskClient) -> None:
    posted(writer, "documents", document())
    retracted(writer, "/v1/sentences/2")
    made = posted(writer, "sentences", {"document": 1, "start": START, "end": START + 12})
    assert made.headers["Location"] == f"/v1/sentences/{made.json['id']}"
    assert (made.json["text"], made.json["position"]) == ("US officials", 1)
    assert made.json == writer.get(made.headers["Location"]).json


def test_lists_the_lowest_id_first_page_by_page(writer: FlaskClient) -> None:
    posted(writer, "documents", document())
    ids = [sentence["id"] for sentence in writer.get("/v1/sentences").json["items"]]
    assert ids == sorted(ids)
    first = writer.get("/v1/sentences?document=1&limit=2").json
    rest = writer.get(f"/v1/sentences?document=1&cursor={first['next']}").json
    assert [[sentence["id"] for sentence in page["items"]] for page in (first, rest)] == [ids[:2], ids[2:]]
    retracted(writer, "/v1/sentences/2")
    added = posted(writer, "sentences", {"document": 1, "start": START, "end": START + 12}).json["id"]
    assert [sentence["id"] for sentence in writer.get("/v1/sentences").json["items"]] == [1, *ids[2:], added]


def test_refuses_one_outside_its_document_over_another_or_in_no_document(writer: FlaskClient) -> None:
    posted(writer, "documents", document())

    def refused(**body: int) -> tuple[int, list[str]]:
        return refusal(writer.post("/v1/sentences", json={"document": 1, "start": 0, "end": 5} | body))

    assert refused(start=len(TEXT), end=len(TEXT) + 1) == (409, ["/end"])
    assert refused(start=5, end=5) == (409, ["/end"])
    assert refused() == (409, ["/start"])
    assert refused(end=2**53 - 1) == (409, ["/end"])
    assert refused(end=0) == (422, ["/end"])
    assert refused(document=9) == (409, ["/document"])


def test_moves_its_edges(writer: FlaskClient) -> None:
    posted(writer, "documents", document())
    now = changed(writer, "/v1/sentences/2", {"end": START + 12}).json
    assert (now["text"], now["start"], now["version"]) == ("US officials", START, 2)


def test_refuses_edges_over_a_neighbour_or_off_its_statements(writer: FlaskClient) -> None:
    made = posted(writer, "statements", charge()).json
    path = f"/v1/sentences/{made['sentence']['id']}"
    headers = matching(writer.get(path))
    assert refusal(writer.patch(path, json={"start": START - 5}, headers=headers)) == (409, ["/start"])
    off = writer.patch(path, json={"end": START + 12}, headers=headers)
    assert (off.status_code, off.json["id"]) == (409, made["id"])
    assert refusal(writer.patch(path, json={"start": None}, headers=headers)) == (422, ["/start"])
    assert refusal(writer.patch(path, json={"text": "Mine."}, headers=headers)) == (422, ["/text"])


def test_refuses_to_retract_one_in_which_a_statement_starts(writer: FlaskClient) -> None:
    made = posted(writer, "statements", charge()).json
    path = f"/v1/sentences/{made['sentence']['id']}"
    answer = writer.delete(path, headers=matching(writer.get(path)))
    assert (answer.status_code, answer.json["ids"]) == (409, [made["id"]])


def test_a_retracted_one_is_gone_and_the_rest_move_up(writer: FlaskClient) -> None:
    posted(writer, "documents", document())
    retracted(writer, "/v1/sentences/1", "A heading")
    gone = writer.get("/v1/sentences/1")
    assert (gone.status_code, gone.json["reason"]) == (410, "A heading")
    assert writer.get("/v1/sentences/2").json["position"] == 0


def test_the_public_reads_those_that_carry_statements_and_one_on_either_side(
    writer: FlaskClient, public: FlaskClient
) -> None:
    posted(writer, "documents", document())
    assert public.get("/v1/sentences").json["items"] == []
    made = posted(writer, "statements", charge(document={"id": 1})).json
    place = made["sentence"]["position"]
    seen = public.get("/v1/sentences?document=1").json["items"]
    assert [sentence["position"] for sentence in seen] == [place - 1, place, place + 1]
    beyond = writer.get("/v1/sentences").json["items"][-1]
    assert beyond["position"] > place + 1
    assert public.get(f"/v1/sentences/{beyond['id']}").status_code == 404
    assert seen[1]["statement_ids"] == [made["id"]]
