"""What the crossing's tables are compiled from: figures with their sources, and assumptions."""

from pathlib import Path

from freight_files import ASSUMPTION, Citations, Row, read_hand, read_rows

YEARS = (2023, 2024, 2025, 2030, 2035, 2040)


Out = dict[str, object]


class Build:
    """Rows of the crossing with their sources."""

    def __init__(self, figures: Path) -> None:
        self.cite = Citations(figures)
        self.vessels = {
            row["vessel_id"]: row for row in read_rows(figures / "vessels.csv") if row["vessel_id"]
        }
        self.fleet = {row["fleet_id"]: row for row in read_rows(figures / "fleet.csv")}
        self.port_resources = {
            (row["port_node"], row["resource"]): row
            for row in read_rows(figures / "vessels.csv")
            if row["record_type"] == "port_resource"
        }
        self.closures = read_rows(figures / "closures.csv")
        self.terminals = read_rows(figures / "terminals.csv")
        self.links = {row["link_id"]: row for row in read_rows(figures / "links.csv")}
        self.commodities = read_rows(figures / "corridor_commodities.csv")
        self.flows = read_rows(figures / "flows.csv")
        self.growth = {row["group"]: row for row in read_hand("growth")}

    def of(self, figure: Row, confidence: str = "", note: str = "") -> Out:
        """Return source, confidence and note of a row that rests on a figure."""
        source = self.cite.key(figure["source_url"])
        own = "assumed" if source == ASSUMPTION else confidence or figure["confidence"]
        return {"source": source, "confidence": own, "note": note or figure.get("note", "")}

    def resource(self, node: str, name: str) -> Row:
        """Return a published resource of a port."""
        return self.port_resources[node, name]

    def terminal(self, terminal: str, parameter: str) -> Row:
        """Return the preferred figure of a terminal."""
        return next(
            r
            for r in self.terminals
            if r["terminal_id"] == terminal
            and r["parameter"] == parameter
            and r["preferred"] == "1"
        )

    def count(
        self, segment: str, node: str, commodity: str, metric: str, year: str, period: str = "year"
    ) -> Row:
        """Return a published count of the corridor."""
        return next(
            r
            for r in self.commodities
            if (
                r["segment"],
                r["node_or_link"],
                r["commodity"],
                r["metric"],
                r["year"],
                r["period"],
            )
            == (segment, node, commodity, metric, year, period)
        )


def assumed(note: str) -> Out:
    """Return source, confidence and note of an assumption."""
    return {"source": ASSUMPTION, "confidence": "assumed", "note": note}
