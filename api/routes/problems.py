"""The pages under /problems, to which the `type` of a problem leads: what it means and what to do."""

from flask import Blueprint, Response, render_template

from api.contract import problem_types, responses
from api.contract.problem_types import PROBLEM_TYPES
from api.contract.problems import Problem

routes = Blueprint("problems", __name__)

_MEDIA_TYPE = "text/html"


@routes.get("/problems")
def list_problems() -> Response:
    """List all problems."""
    responses.acceptable(_MEDIA_TYPE)
    return Response(render_template("problems.html", types=PROBLEM_TYPES.values()))


@routes.get("/problems/<name>")
def get_problem(name: str) -> Response:
    """Explain one problem."""
    responses.acceptable(_MEDIA_TYPE)
    if name not in PROBLEM_TYPES:
        raise Problem(problem_types.NO_SUCH_ADDRESS, "No problem has this name: /problems lists them all.")
    return Response(render_template("problem.html", type=PROBLEM_TYPES[name]))
