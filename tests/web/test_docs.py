"""`docs/web.md` names every page, parameter, setting, option and field of the context."""

from dataclasses import fields
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from typer.main import get_command

from tests.web.test_pages import PAGES, data_of
from transcaspian.cli.main import app as command_line
from transcaspian.web.blocks import Page
from transcaspian.web.html import PageContext
from transcaspian.web.models import PageData
from transcaspian.web.settings import WebSettings

TEXT = (Path(__file__).parents[2] / "docs" / "web.md").read_text("utf-8")


def routes(app: FastAPI) -> dict[str, list[str]]:
    """Return the query parameters of every page by its path."""
    paths = app.openapi()["paths"]
    return {
        path: [part["name"] for part in held["get"].get("parameters", []) if part["in"] == "query"]
        for path, held in paths.items()
    }


def test_every_address_is_documented(app: FastAPI) -> None:
    missing = [path for path in routes(app) if f"`{path}`" not in TEXT]

    assert missing == []


def test_every_parameter_is_documented(app: FastAPI) -> None:
    names = {name for parameters in routes(app).values() for name in parameters}

    assert {name for name in names if f"`{name}`" not in TEXT} == set()


@pytest.mark.parametrize("record", [PageContext, Page])
def test_every_field_of_the_context_is_documented(record: type) -> None:
    names = {field.name for field in fields(record)}

    assert {name for name in names if f"`{name}`" not in TEXT} == set()
    assert {name for name in names if name not in (record.__doc__ or "")} == set()


def test_every_field_of_the_data_is_documented() -> None:
    assert {name for name in PageData.model_fields if f"`{name}`" not in TEXT} == set()


def test_every_setting_and_option_is_documented() -> None:
    command = get_command(command_line).commands["serve"]  # type: ignore[attr-defined]
    options = {name for part in command.params for name in part.opts if name.startswith("--")}

    assert {name for name in WebSettings.model_fields if f"`{name}`" not in TEXT} == set()
    assert {name for name in options - {"--help"} if f"`{name}`" not in TEXT} == set()


def test_every_page_key_is_documented(client: TestClient) -> None:
    keys = {data_of(client, address)["page"] for address in PAGES}

    assert {key for key in keys if f"`{key}`" not in TEXT} == set()
