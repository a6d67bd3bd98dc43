"""Result tables of adequacy: zones with intervals, causes, effects of projects, judged scenarios."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
import polars.selectors as cs
from numpy.typing import NDArray

from transcaspian.power.adequacy import hour_kernels as hour
from transcaspian.power.adequacy.simulate import AdequacyResult
from transcaspian.power.adequacy.statistics import mean_interval, share_interval
from transcaspian.power.year import YearTables

__all__ = [
    "CAUSE_SCHEMA",
    "EFFECT_SCHEMA",
    "VERDICT_SCHEMA",
    "ZONE_SCHEMA",
    "cause_table",
    "country_lole",
    "effect_table",
    "judge",
    "standards",
    "zone_table",
]

FloatArray = NDArray[np.float64]

ZONE_SCHEMA: dict[str, pl.DataType] = {
    "bus": pl.String(),
    "country": pl.String(),
    "samples": pl.Int64(),
    "lole_h": pl.Float64(),
    "lole_low_h": pl.Float64(),
    "lole_high_h": pl.Float64(),
    "eens_mwh": pl.Float64(),
    "eens_low_mwh": pl.Float64(),
    "eens_high_mwh": pl.Float64(),
    "eens_share": pl.Float64(),
    "lole_p50_h": pl.Float64(),
    "lole_p95_h": pl.Float64(),
    "eens_p95_mwh": pl.Float64(),
    "short_years_share": pl.Float64(),
    "short_years_low": pl.Float64(),
    "short_years_high": pl.Float64(),
    "events_per_year": pl.Float64(),
    "longest_h": pl.Float64(),
    "largest_event_mwh": pl.Float64(),
    "deepest_mw": pl.Float64(),
    "standard_h": pl.Float64(),
    "standing": pl.String(),
}
CAUSE_SCHEMA: dict[str, pl.DataType] = {
    "bus": pl.String(),
    "cause": pl.String(),
    "link": pl.String(),
    "eens_mwh": pl.Float64(),
    "eens_share": pl.Float64(),
    "outage_mw": pl.Float64(),
    "usual_outage_mw": pl.Float64(),
}
EFFECT_SCHEMA: dict[str, pl.DataType] = {
    "bus": pl.String(),
    "lole_change_h": pl.Float64(),
    "lole_change_low_h": pl.Float64(),
    "lole_change_high_h": pl.Float64(),
    "eens_change_mwh": pl.Float64(),
    "eens_change_low_mwh": pl.Float64(),
    "eens_change_high_mwh": pl.Float64(),
    "worth_musd": pl.Float64(),
    "worth_low_musd": pl.Float64(),
    "worth_high_musd": pl.Float64(),
}
VERDICT_SCHEMA: dict[str, pl.DataType] = {
    "country": pl.String(),
    "lole_h": pl.Float64(),
    "lole_low_h": pl.Float64(),
    "lole_high_h": pl.Float64(),
    "standard_h": pl.Float64(),
    "standing": pl.String(),
    "source": pl.String(),
    "confidence": pl.String(),
}
WITHIN, BEYOND, UNSURE = "within the standard", "beyond the standard", "not sure"
NO_STANDARD = "no standard"
FULL_LINK, NO_SPARE = "links were full", "no spare power within reach"
WATER_GONE, STORAGE_EMPTY, PLANTS_OUT = "water was used up", "storage was empty", "plants were out"
MUSD = 1e6


def zones_of(view: YearTables, result: AdequacyResult) -> list[tuple[int, str, str]]:
    """Return position, name and country of each zone; markets are left out."""
    buses = view.tables["power/buses"].filter(pl.col("kind") == "zone")
    position = {bus: index for index, bus in enumerate(result.system.zones)}
    return [
        (position[bus], bus, country) for bus, country in buses.select("bus", "country").iter_rows()
    ]


def standards(view: YearTables) -> Mapping[str, float]:
    """Return the hours that each country allows."""
    return dict(view.tables["power/adequacy_standards"].select("country", "lole_h").iter_rows())


def judge(low: float, high: float, standard: float | None) -> str:
    """Return where an interval of LOLE stands to a standard; never seen (NaN) counts as within."""
    if standard is None:
        return NO_STANDARD
    if low > standard:
        return BEYOND
    return WITHIN if np.isnan(high) or high <= standard else UNSURE


def zone_table(view: YearTables, result: AdequacyResult) -> pl.DataFrame:
    """Return one row a zone: means with 95 % intervals, quantiles over years, largest event."""
    lole, eens = mean_interval(result.lole), mean_interval(result.eens)
    load = result.system.load.sum(axis=1).mean(axis=0)
    allowed = standards(view)
    rows = []
    for zone, bus, country in zones_of(view, result):
        years = result.yearly[:, zone]
        short = int((years[:, hour.LOLE] > 0).sum())
        share = share_interval(short, result.samples)
        standard = allowed.get(country)
        rows.append(
            (
                bus,
                country,
                result.samples,
                *(float(part[zone]) for part in lole),
                *(float(part[zone]) for part in eens),
                float(eens[0][zone] / load[zone]) if load[zone] > 0.0 else 0.0,
                float(np.quantile(years[:, hour.LOLE], 0.5)),
                float(np.quantile(years[:, hour.LOLE], 0.95)),
                float(np.quantile(years[:, hour.EENS], 0.95)),
                short / result.samples,
                *share,
                float(years[:, hour.EVENTS].mean()),
                float(years[:, hour.LONGEST].max()),
                float(years[:, hour.LARGEST].max()),
                float(years[:, hour.DEEPEST].max()),
                standard,
                judge(float(lole[1][zone]), float(lole[2][zone]), standard),
            )
        )
    return _frame(rows, ZONE_SCHEMA)


def cause_table(view: YearTables, result: AdequacyResult) -> pl.DataFrame:
    """Return what was short where load was not served; shares of several causes may add up to more.

    A link counts where it was full and power was to spare beyond it. Water and storage count with
    the capacity that stood idle for want of energy.
    """
    rows: list[tuple[object, ...]] = []
    total = result.eens.sum(axis=0)
    hours = result.lole.sum(axis=0)
    for zone, bus, _ in zones_of(view, result):
        if total[zone] <= 0.0:
            continue

        def add(
            cause: str,
            link: str | None,
            mwh: float,
            out: tuple[float | None, float | None] = (None, None),
            zone: int = zone,
            bus: str = bus,
        ) -> None:
            if mwh > 0.0:
                rows.append((bus, cause, link, mwh / result.samples, mwh / total[zone], *out))

        for link, name in enumerate(result.system.links):
            add(FULL_LINK, name, float(result.link_full[zone, link]))
        causes = result.causes[zone]
        add(NO_SPARE, None, float(causes[hour.NO_SPARE]))
        add(WATER_GONE, None, float(causes[hour.WATER_GONE]))
        add(STORAGE_EMPTY, None, float(causes[hour.STORAGE_EMPTY]))
        when_short = float(causes[hour.OUT_WHEN_SHORT] / hours[zone])
        more = max(when_short - float(result.mean_out[zone]), 0.0)
        explained = min(more * hours[zone], total[zone])
        add(PLANTS_OUT, None, explained, (when_short, float(result.mean_out[zone])))
    return _frame(rows, CAUSE_SCHEMA)


def effect_table(
    view: YearTables, without: AdequacyResult, with_it: AdequacyResult
) -> pl.DataFrame:
    """Return what a project changes by zone, sample by sample on the same outages.

    worth_musd: energy not served that is avoided, at the value of lost load of the zone's country.
    """
    change_h = _paired(with_it.lole - without.lole)
    change_mwh = _paired(with_it.eens - without.eens)
    rows = []
    for zone, bus, country in zones_of(view, with_it):
        price = view.parameter("voll", country) / MUSD
        mean, low, high = (float(part[zone]) for part in change_mwh)
        rows.append(
            (
                bus,
                *(float(part[zone]) for part in change_h),
                mean,
                low,
                high,
                -mean * price,
                -high * price,
                -low * price,
            )
        )
    return _frame(rows, EFFECT_SCHEMA)


def country_lole(view: YearTables, result: AdequacyResult) -> pl.DataFrame:
    """Return each country's LOLE for its mean consumer, and where it stands to its standard.

    Hours short of the zones of a country, weighted by load: a small zone short alone does not
    condemn a large country.
    """
    load = result.system.load.sum(axis=1).mean(axis=0)
    by_country: dict[str, list[int]] = {}
    for zone, _, country in zones_of(view, result):
        by_country.setdefault(country, []).append(zone)
    rows = []
    table = view.tables["power/adequacy_standards"]
    given = {row["country"]: row for row in table.iter_rows(named=True)}
    for country, zones in sorted(by_country.items()):
        weight = load[zones] / load[zones].sum() if load[zones].sum() > 0 else np.zeros(len(zones))
        mean, low, high = (
            float(part[0]) for part in mean_interval((result.lole[:, zones] @ weight)[:, None])
        )
        row = given.get(country, {})
        standard = row.get("lole_h")
        standing = judge(low, high, standard)
        rows.append(
            (country, mean, low, high, standard, standing, row.get("source"), row.get("confidence"))
        )
    return _frame(rows, VERDICT_SCHEMA)


def _paired(difference: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean and 95 % interval of a difference that may have either sign."""
    mean, _, high = mean_interval(difference)
    half = np.where(np.isnan(high), 0.0, high - mean)
    return mean, mean - half, mean + half


def _frame(rows: Sequence[tuple[object, ...]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=dict(schema), orient="row")
    return frame.with_columns(cs.float().fill_nan(None))
