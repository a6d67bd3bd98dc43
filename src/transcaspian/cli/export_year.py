"""Writes one year of a case as a map (GeoJSON) or as a power network (PyPSA folder)."""

from collections.abc import Sequence
from pathlib import Path

from transcaspian.case.exchange import refuse_existing, write_new
from transcaspian.case.geojson import geojson_of
from transcaspian.case.tables import REFERENCE, Case
from transcaspian.power.pypsa_export import export_pypsa, label_year
from transcaspian.power.year import read_year

__all__ = ["export_year"]


def export_year(
    case: Case, target: Path, year: int | None, scenario: str | None, projects: Sequence[str]
) -> dict[str, object]:
    """Write `target` and return what it holds: path, year, scenario, projects.

    Raises NotFoundError for a year, scenario or project that the case lacks, InputError where
    `target` exists or can't be written.
    """
    refuse_existing(target)
    chosen_year = case.settings.model_years[0] if year is None else year
    chosen = REFERENCE if scenario is None else scenario
    view = case.at(chosen_year, chosen, projects)
    if target.suffix.lower() == ".geojson":
        text = geojson_of(case, view, chosen, projects)
        write_new(target, lambda file: file.write_text(text, encoding="utf-8"))
    else:
        power = read_year(view)
        labels = label_year(
            power, view.tables["power/buses"], f"{case.name} {chosen_year} {chosen}"
        )
        write_new(target, lambda folder: export_pypsa(power.grid, folder, labels))
    return {
        "path": str(target),
        "year": chosen_year,
        "scenario": chosen,
        "projects": list(projects),
    }
