"""The terms that values are stated in: discount rates and the year that single figures speak of."""

import re
from dataclasses import dataclass, replace

import polars as pl

from transcaspian.case.settings import CaseSettings
from transcaspian.results.theme import THIN_SPACE

__all__ = ["Terms", "solved_years", "terms_of_scenario", "with_terms"]

_BENEFIT = re.compile(r"benefit_(\d{4})_musd")


@dataclass(frozen=True, slots=True)
class Terms:
    """Headline rate, all rates (fractions, rising) and the years with yearly benefits."""

    headline_rate: float
    rates: tuple[float, ...]
    years: tuple[int, ...]

    @property
    def headline(self) -> str:
        """Return the headline rate for people."""
        return percent(self.headline_rate)

    @property
    def other_rates(self) -> tuple[float, ...]:
        """Return the rates beside the headline one."""
        return tuple(rate for rate in self.rates if rate != self.headline_rate)

    @property
    def value_year(self) -> int | None:
        """Return the year of single yearly figures: late enough that most projects are open."""
        return self.years[len(self.years) // 2] if self.years else None


def percent(rate: float) -> str:
    """Return a rate for people."""
    return f"{100 * rate:g}{THIN_SPACE}%"


def npv_column(rate: float) -> str:
    """Return the column of the NPV at a rate."""
    return f"npv_{100 * rate:g}_musd"


def with_terms(projects: pl.DataFrame, settings: CaseSettings) -> tuple[pl.DataFrame, Terms]:
    """Return the table of projects with columns that do not name rate or year, and its terms.

    Adds npv_musd (what is left to decide: to complete, of what is begun), npv_whole_musd (spent
    money too), npv_corridor_musd, bcr (at the headline rate), benefit_musd and co2_mt (in the
    value year). Other sizes of a project are not ranked beside it: they would count it twice.
    """
    years = sorted(
        int(found[1]) for name in projects.columns if (found := _BENEFIT.fullmatch(name))
    )
    rates = tuple(
        rate for rate in sorted(settings.discount_rates) if npv_column(rate) in projects.columns
    )
    terms = Terms(settings.headline_rate, rates, tuple(years))
    rate, year = f"{100 * settings.headline_rate:g}", terms.value_year
    sources = {
        "npv_musd": _decision_column(projects, settings.headline_rate),
        "npv_whole_musd": npv_column(settings.headline_rate),
        "npv_corridor_musd": f"npv_corridor_{rate}_musd",
        "bcr": f"bcr_{rate}",
        "benefit_musd": f"benefit_{year}_musd",
        "co2_mt": f"co2_mt_per_year_{year}",
    }
    is_variant = (
        pl.col("variant_of").is_not_null()
        if "variant_of" in projects.columns
        else pl.lit(value=False)
    )
    named = projects.with_columns(
        (pl.col(source) if source in projects.columns else pl.lit(None, dtype=pl.Float64)).alias(
            name
        )
        for name, source in sources.items()
    )
    if "sunk_musd" not in projects.columns:  # of a run from before it was told
        named = named.with_columns(sunk_musd=pl.lit(0.0))
    if "model_years_in_use" not in projects.columns:  # of a run from before they were counted
        named = named.with_columns(_counted(projects, terms.years))
    return named.with_columns(is_ranked=pl.col("is_ranked") & ~is_variant), terms


def _decision_column(projects: pl.DataFrame, rate: float) -> str:
    column = "npv_decision_musd"
    return column if column in projects.columns else npv_column(rate)


def _counted(projects: pl.DataFrame, years: list[int] | tuple[int, ...]) -> list[pl.Series]:
    """Return model_years and model_years_in_use of every row, from its yearly benefits."""
    counts, in_use = [], []
    for row in projects.iter_rows(named=True):
        solved = [year for year in years if row[f"benefit_{year}_musd"] is not None]
        opening = row["opening_year"]
        used = [year for year in solved if year >= opening]
        earlier = len(used) < len(solved) and opening not in solved  # one leads up to the opening
        counts.append(len(used) + earlier)
        in_use.append(len(used))
    return [
        pl.Series("model_years", counts, dtype=pl.Int64),
        pl.Series("model_years_in_use", in_use, dtype=pl.Int64),
    ]


def solved_years(projects: pl.DataFrame, years: tuple[int, ...]) -> tuple[int, ...]:
    """Return which of `years` the rows were solved in: a scenario may have fewer than the first."""
    return tuple(
        year for year in years if projects[f"benefit_{year}_musd"].null_count() < projects.height
    )


def terms_of_scenario(
    projects: pl.DataFrame, terms: Terms, scenario: str
) -> tuple[pl.DataFrame, Terms]:
    """Return the rows of one scenario and its terms: single figures are of a year that it has."""
    rows = projects.filter(pl.col("scenario") == scenario)
    own = replace(terms, years=solved_years(rows, terms.years)) if rows.height else terms
    year = own.value_year
    if year is None:
        return rows, own
    columns = [pl.col(f"benefit_{year}_musd").alias("benefit_musd")]
    if f"co2_mt_per_year_{year}" in rows.columns:
        columns.append(pl.col(f"co2_mt_per_year_{year}").alias("co2_mt"))
    return rows.with_columns(columns), own
