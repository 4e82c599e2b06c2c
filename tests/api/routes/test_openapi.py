"""/v1/openapi.json over HTTP."""

from flask.testing import FlaskClient

from tests.checked import contract


def test_it_works(public: FlaskClient) -> None:
    assert public.get("/v1/openapi.json").json == contract()


def test_takes_no_parameters(public: FlaskClient) -> None:
    assert public.get("/v1/openapi.json?pretty=1").status_code == 400
