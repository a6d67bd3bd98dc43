"""A flow of the base year: what the tables of demand are made of."""

from dataclasses import dataclass

# Relations between these zones are trade of the South Caucasus and Iran, not of the corridor.
CAUCASUS_TRADE = frozenset({"AM", "AZ", "EU27", "IR", "NX", "RU", "TR"})


@dataclass(frozen=True, slots=True)
class Flow:
    """Tonnes of one relation, form and route in the base year."""

    origin: str
    destination: str
    commodity: str
    form: str
    route: str
    tonnes: float
    gross_tonnes: float
    address: str
    confidence: str

    @property
    def demand(self) -> str:
        """Name of the demand row it belongs to."""
        return f"{self.origin}-{self.destination}-{self.commodity}-{self.form}"
