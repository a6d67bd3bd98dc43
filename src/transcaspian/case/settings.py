"""What `case.yaml` says about a case as a whole."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transcaspian.case.columns import SCHEMA_VERSION

Year = Annotated[int, Field(ge=1990, le=2100)]
MIDDLE_OF_YEAR = (7, 1)
Rate = Annotated[float, Field(gt=-0.5, lt=1.0)]


def open_from(decision: date | None, base_year: int) -> int:
    """Return the first year whose money is still to decide on a day; the base year without one."""
    if decision is None:
        return base_year
    return decision.year + (decision > date(decision.year, *MIDDLE_OF_YEAR))


class CaseSettings(BaseModel):
    """Settings of a case; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int = Field(ge=1, le=SCHEMA_VERSION)
    """Version of the table layout; a newer one than the program knows is refused."""
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    """Short name, also of run folders."""
    title: str = Field(min_length=1)
    """Name for people."""
    currency: Literal["USD"]
    """ISO 4217 code of all money; the columns are in US dollars."""
    price_year: Year
    """Year whose prices all money is in (constant prices)."""
    base_year: Year
    """Year to which values are discounted: t = 0."""
    decision_date: date | None = None
    """Day on which projects are decided: what is spent before it is sunk. The base year without it."""
    model_years: tuple[Year, ...] = Field(min_length=1)
    """Years that are solved; between them benefits are interpolated."""
    power_backcast_year: Year | None = None
    """Year whose published power statistics are compared with the model."""
    freight_backcast_year: Year | None = None
    """Year whose published freight statistics are compared with the model."""
    headline_scenarios: tuple[str, ...] = ()
    """Scenarios of the headlines, solved unless others are asked for; the first is solved in all
    model years. Empty: the reference alone."""
    scenario_years: tuple[Year, ...] = ()
    """Model years in which the other scenarios are solved; empty: all."""
    realisations: int = Field(default=0, ge=0, le=100)
    """Other years of synthetic weather in which power projects are solved."""
    realisation_year: Year | None = None
    """Model year of these; the last one when empty."""
    weather_year: int = Field(ge=1950, le=2100)
    """Label of the hourly series (calendar without 29 February)."""
    discount_rates: tuple[Rate, ...] = (0.04, 0.06, 0.09, 0.12)
    """Real discount rates as fractions: 0.06 is six per cent."""
    headline_rate: Rate = 0.06
    """Rate of the headline values; one of `discount_rates`."""

    @property
    def first_open_year(self) -> int:
        """First year whose spending is still to decide: money of a year falls in its middle."""
        return open_from(self.decision_date, self.base_year)

    @model_validator(mode="after")
    def _is_consistent(self) -> "CaseSettings":
        if list(self.model_years) != sorted(set(self.model_years)):
            raise ValueError("model_years must rise and not repeat")
        if not set(self.scenario_years) <= set(self.model_years):
            raise ValueError("scenario_years must be among model_years")
        if self.realisation_year not in (None, *self.model_years):
            raise ValueError("realisation_year must be one of model_years")
        if len(set(self.headline_scenarios)) < len(self.headline_scenarios):
            raise ValueError("headline_scenarios must not repeat")
        if len(set(self.discount_rates)) < len(self.discount_rates):
            raise ValueError("discount_rates must not repeat")
        if self.headline_rate not in self.discount_rates:
            raise ValueError("headline_rate must be one of discount_rates")
        return self
