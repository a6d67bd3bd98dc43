"""Figures that documents take from the case and the register are what those hold."""

import importlib.util
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from transcaspian.case.read import read_case

SCRIPT = Path(__file__).parents[1] / "scripts" / "docs_figures.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_figures", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def figures(script: ModuleType) -> dict[str, str]:
    return script.case_figures(read_case()) | script.register_figures()


def test_every_figure_of_the_documents_is_what_the_script_writes(
    script: ModuleType, figures: dict[str, str]
) -> None:
    shown = 0
    for page in script.documents():
        text = page.read_text("utf-8")
        shown += len(script.FIGURE.findall(text))
        assert script.written(text, figures) == text, f"{page.name}: run scripts/docs_figures.py"
    assert shown >= 12


def test_every_figure_that_is_made_is_shown(script: ModuleType, figures: dict[str, str]) -> None:
    shown = {
        name for page in script.documents() for name, _ in script.FIGURE.findall(page.read_text())
    }

    assert shown == set(figures)


def test_an_old_figure_is_replaced_and_an_unknown_one_refused(script: ModuleType) -> None:
    text = "There are <!--= projects -->3<!--/--> projects."

    assert script.written(text, {"projects": "39"}) == text.replace("3<", "39<")
    with pytest.raises(KeyError):
        script.written(text, {"clusters": "9"})


def test_the_backcast_table_shows_the_departure_in_per_cent(script: ModuleType) -> None:
    validation = pl.DataFrame(
        {
            "area": ["freight", "power"],
            "subject": ["Boxes", "Coal"],
            "unit": ["TEU", "TWh"],
            "published": [40_000.0, 1.0],
            "modelled": [38_000.0, 1.0],
        }
    )

    assert script.backcast_table(validation).splitlines()[2:] == [
        "| Boxes, TEU | 40,000 | 38,000 (-5 %) |"
    ]
