"""The case that the product exists for, over HTTP."""

from flask.testing import FlaskClient

from tests.factories import SENTENCE, charge, denial


def test_one_get_of_either_returns_charge_and_denial(writer: FlaskClient, public: FlaskClient) -> None:
    charged = writer.post("/v1/statements", json=charge())
    assert charged.status_code == 201
    denied = writer.post("/v1/statements", json=denial(charged.json["id"]))
    assert denied.status_code == 201

    of_charge = public.get(f"/v1/claims/{charged.json['claim']['id']}").json
    (answer,) = of_charge["counterclaims"]
    assert answer["kind"] == "denies"
    assert answer["claim"] == {"id": of_charge["id"], "href": f"/v1/claims/{of_charge['id']}"}
    assert answer["answer"]["text"] == "The exports do not sustain the war."
    (statement,) = answer["answer"]["statements"]
    assert statement["speaker"]["name"] == "Government of China"
    assert statement["mention"]["text"] == "Beijing"
    assert statement["cue"]["text"] == "denies"
    assert statement["sentence"]["text"] == SENTENCE

    of_denial = public.get(f"/v1/claims/{denied.json['claim']['id']}").json
    (charge_again,) = of_denial["counters"]
    assert charge_again["claim"]["statements"][0]["speaker"]["name"] == "US officials"

    (counterclaim,) = public.get("/v1/counterclaims?include=claim,answer").json["items"]
    assert counterclaim["claim"]["statements"][0]["cue"]["text"] == "warned"
    assert counterclaim["answer"]["statements"][0]["cue"]["text"] == "denies"
