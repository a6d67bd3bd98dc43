"""What results say of scenarios that shed load."""

import polars as pl

__all__ = ["not_usable_words"]


def not_usable_words(table: pl.DataFrame) -> list[str]:
    """Return a sentence for each scenario that gives no values of power projects."""
    sentences = []
    for scenario in table["scenario"].unique(maintain_order=True):
        rows = table.filter(pl.col("scenario") == scenario)
        worst = rows.sort("unserved_hours", descending=True).row(0, named=True)
        sentences.append(
            f"Scenario {scenario} is not usable for power projects: in {worst['year']} load of"
            f" {worst['bus']} is not served for {worst['unserved_hours']} hours, where"
            f" {worst['most_unserved_hours']:g} are allowed. It gives no values of them."
        )
    return sentences
