"""The OpenAPI document is true: no answer outside of it, and never a failure of the server."""

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from tests.web.made_up import FIRST

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
KNOWN = {"run": FIRST, "sector": "freight", "place": "EPORT", "link": "E-W", "project": "CABLE"}


@pytest.fixture(scope="module")
def operations(app: FastAPI) -> list[schemathesis.APIOperation]:
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    return [found.ok() for found in schema.get_all_operations()]


def test_every_answer_is_as_documented(operations: list[schemathesis.APIOperation]) -> None:
    def ask(case: schemathesis.Case, is_known: bool) -> None:
        if is_known:  # most made-up keys lead to "not found" only
            for name in set(KNOWN) & set(case.path_parameters):
                case.path_parameters[name] = KNOWN[name]
        case.call_and_validate(checks=CHECKS)

    for operation in operations:
        search = given(case=operation.as_strategy(), is_known=st.booleans())
        settings(
            max_examples=16,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(search(ask))()

    assert len(operations) > 15


def test_every_page_is_in_the_document(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    wanted = {"/", "/compare", "/register", "/runs/{run}/map", "/runs/{run}/projects/{project}"}
    assert wanted <= set(paths)
    assert all(set(path) == {"get"} for path in paths.values())  # read-only
    for path in paths.values():
        assert "application/json" in path["get"]["responses"]["200"]["content"]
        assert set(path["get"]["responses"]) == {"200", "400", "404", "409", "422"}


@pytest.mark.parametrize("form", ["vega", "json", "csv", "xlsx", "parquet", "svg", "png", "pdf"])
def test_every_form_has_a_type_of_its_own_in_the_document(client: TestClient, form: str) -> None:
    address = "/runs/{run}/projects"
    document = client.get("/openapi.json").json()["paths"][address]["get"]["responses"]["200"]
    answer = client.get(address.format(run=FIRST), params={"format": form})

    kind = answer.headers["content-type"].split(";")[0]
    assert kind in document["content"]
    assert (kind == "application/json") == (form == "json")  # only pages as data are of that shape
