"""Names for people, taken from the case's own tables; a name that stands nowhere shows itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from transcaspian.accounts import WORLD
from transcaspian.report.blocks import CaseLike
from transcaspian.results.theme import EN_DASH

__all__ = ["REFERENCE", "Names", "humanise", "names_of_case"]

REFERENCE = "reference"
RESIDENTS = "residents"
CLIMATE = " (climate)"  # after a country of which nothing but its residents is known
_ABBREVIATIONS = {
    "usd": "USD",
    "musd": "million USD",
    "co2": "CO₂",
    "npv": "NPV",
    "hvdc": "HVDC",
    "titr": "TITR",
    "teu": "TEU",
    "voll": "value of lost load",
    "ac": "AC",
    "lole": "hours short",
    "eens": "energy not served",
    "efc": "EFC",
    "elcc": "ELCC",
}


def humanise(name: str) -> str:
    """Return a table's or party's short name as words: "grid_owners" gives "Grid owners"."""
    words = [_ABBREVIATIONS.get(word, word) for word in name.split("_") if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Names:
    """Lookups from short names to names for people."""

    buses: Mapping[str, str] = field(default_factory=dict)
    bus_countries: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)
    corridor: tuple[str, ...] = ()
    carriers: Mapping[str, str] = field(default_factory=dict)
    carrier_groups: Mapping[str, str] = field(default_factory=dict)
    nodes: Mapping[str, str] = field(default_factory=dict)
    layers: Mapping[str, str] = field(default_factory=dict)
    routes: Mapping[str, str] = field(default_factory=dict)
    commodities: Mapping[str, str] = field(default_factory=dict)
    projects: Mapping[str, str] = field(default_factory=dict)
    power_links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    freight_links: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    terminals: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    scenarios: Mapping[str, str] = field(default_factory=dict)

    def bus(self, bus: str) -> str:
        """Return the name of a power zone or market."""
        return self.buses.get(bus, bus)

    def country(self, country: str) -> str:
        """Return the name of a country or group."""
        return self.countries.get(country, country)

    def zone(self, zone: str) -> str:
        """Return the name of an origin or destination of freight."""
        return self.countries.get(zone, self.nodes.get(zone, humanise(zone)))

    def route(self, route: str) -> str:
        """Return the name of a main route."""
        if route in ("", "none"):
            return "No main route"
        return self.routes.get(route, humanise(route))

    def commodity(self, commodity: str) -> str:
        """Return the name of a commodity group."""
        return self.commodities.get(commodity, humanise(commodity))

    def run(self, run: str) -> str:
        """Return the name of a run: the reference, a project or a cluster."""
        return "Without any project" if run == REFERENCE else self.projects.get(run, run)

    def group(self, carrier: str) -> str:
        """Return the group of a carrier; imports, exports and storage have groups of their own."""
        if carrier in self.carrier_groups:
            return self.carrier_groups[carrier]
        known = ("unserved", "storage", "nuclear", "coal", "gas", "oil", "hydro", "wind", "solar")
        return next((group for group in known if group in carrier), "trade")

    def power_link(self, link: str) -> str:
        """Return the two ends of a power link."""
        ends = self.power_links.get(link)
        return f"{self.bus(ends[0])} {EN_DASH} {self.bus(ends[1])}" if ends else link

    def freight_link(self, link: str) -> str:
        """Return the two ends and the layer of a freight link."""
        ends = self.freight_links.get(link)
        if ends is None:
            return link
        first, last, layer = ends
        layer_name = self.layers.get(layer, humanise(layer))
        layer_name = layer_name[:1].lower() + layer_name[1:]
        return (
            f"{self.nodes.get(first, first)} {EN_DASH} {self.nodes.get(last, last)}, {layer_name}"
        )

    def terminal(self, terminal: str) -> str:
        """Return "place, kind" of a terminal."""
        found = self.terminals.get(terminal)
        if found is None:
            return terminal
        node, kind = found
        return f"{self.nodes.get(node, node)}, {humanise(kind).lower()}"


def names_of_case(
    case: CaseLike, projects: pl.DataFrame, gains: pl.DataFrame | None = None
) -> Names:
    """Return the lookups of a case; `projects` is the result table, which names clusters too.

    A country of which `gains` knows residents only stands for the climate: it says so.
    """
    tables = case.tables

    def pairs(table: str, key: str, value: str) -> dict[str, str]:
        if table not in tables or tables[table].is_empty():
            return {}
        frame = tables[table]
        return dict(zip(frame[key], frame[value], strict=True))

    def rows(table: str, *columns: str) -> list[tuple[str, ...]]:
        if table not in tables or tables[table].is_empty():
            return []
        return tables[table].select(columns).rows()

    countries = tables.get("economy/countries", pl.DataFrame())
    corridor = tuple(countries.filter(pl.col("is_corridor"))["country"]) if countries.height else ()
    known = pairs("projects/clusters", "cluster", "name") | pairs(
        "projects/projects", "project", "name"
    )
    if projects.height:
        known |= dict(zip(projects["project"], projects["name"], strict=True))
    country_names = pairs("economy/countries", "country", "name")
    country_names.setdefault(WORLD, "Rest of the world")
    if gains is not None and gains.height:
        alone = gains.group_by("country", maintain_order=True).agg(
            others=(pl.col("party") != RESIDENTS).any()
        )
        for country in sorted(alone.filter(~pl.col("others"))["country"]):
            country_names[country] = f"{country_names.get(country, country)}{CLIMATE}"
    return Names(
        buses=pairs("power/buses", "bus", "name"),
        bus_countries=pairs("power/buses", "bus", "country"),
        countries=country_names,
        corridor=corridor,
        carriers=pairs("power/carriers", "carrier", "name"),
        carrier_groups=pairs("power/carriers", "carrier", "group"),
        nodes=pairs("freight/nodes", "node", "name"),
        layers=pairs("freight/layers", "layer", "name"),
        routes=pairs("freight/routes", "route", "name"),
        commodities=pairs("freight/commodities", "commodity", "name"),
        projects=known,
        power_links={r[0]: (r[1], r[2]) for r in rows("power/links", "link", "bus0", "bus1")},
        freight_links={
            r[0]: (r[1], r[2], r[3])
            for r in rows("freight/links", "link", "node0", "node1", "layer")
        },
        terminals={
            r[0]: (r[1], r[2]) for r in rows("freight/terminals", "terminal", "node", "kind")
        },
        scenarios=pairs("scenarios/scenarios", "scenario", "name"),
    )
