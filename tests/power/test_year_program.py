"""The program of a year, block by block, against one written from its tables row by row."""

import numpy as np
import pytest

from tests.power.mini import MiniView, random_view
from transcaspian.power.equations import build_grid
from transcaspian.power.year import read_year

N_HOUR = 750  # over the end of January
SEEDS = (1, 2)


class Plain:
    """Columns and rows by name and hour, as dictionaries."""

    def __init__(self) -> None:
        self.columns: dict[tuple[str, str, int], tuple[float, float, float]] = {}
        self.rows: dict[tuple[str, str, int], tuple[float, float]] = {}
        self.terms: dict[tuple[tuple[str, str, int], tuple[str, str, int]], float] = {}

    def feed(self, bus: str, hour: int, column: tuple[str, str, int], value: float) -> None:
        self.terms[("energy_balance", bus, hour), column] = value


def plain_program(view: MiniView, n_hour: int) -> Plain:
    """Return the program of a view of one-step markets, loads named as their buses."""
    plain, hours = Plain(), range(n_hour)
    tables = {name: frame.to_dicts() for name, frame in view.tables.items()}
    loads = {row["bus"]: row for row in tables["power/loads"]}
    for row in tables["power/buses"]:
        for t in hours:
            load = loads.get(row["bus"])
            demand = view.profiles[load["profile"]][t] * load["energy_mwh"] / 8760 if load else 0.0
            plain.rows["energy_balance", row["bus"], t] = (demand, demand)
            if load:
                column = ("generator_p", f"unserved in {row['bus']}", t)
                plain.columns[column] = (view.parameter("voll", ""), 0.0, demand)
                plain.feed(row["bus"], t, column, 1.0)
    add_plants(plain, view, tables, n_hour)
    add_links(plain, tables, n_hour)
    add_storage(plain, tables, n_hour)
    for row in tables["power/markets"]:
        for t in hours:
            price = row["price_usd_per_mwh"] * view.profiles[row["price_profile"]][t]
            for action, sign, most in (("sold", 1, "max_sell_mw"), ("bought", -1, "max_buy_mw")):
                column = ("generator_p", f"{action} by {row['market']}, step 1", t)
                cost = row["spread_usd_per_mwh"] + sign * price
                plain.columns[column] = (cost, 0.0, row[most])
                plain.feed(row["bus"], t, column, float(sign))
    return plain


def add_plants(plain: Plain, view: MiniView, tables: dict[str, list], n_hour: int) -> None:
    fuels = {row["fuel"]: row for row in tables["power/fuels"]}
    co2_price = view.parameter("co2_price", "")
    for row in tables["power/generators"]:
        cost = row["variable_om_usd_per_mwh"]
        if row["fuel"]:
            fuel = fuels[row["fuel"]]
            heat = fuel["price_usd_per_mwh_th"] + co2_price * fuel["co2_t_per_mwh_th"]
            cost += heat / row["efficiency"]
        for t in range(n_hour):
            wind = view.profiles[row["p_max_profile"]][t] if row["p_max_profile"] else 1.0
            most = row["p_nom_mw"] * row["availability_pu"] * wind
            column = ("generator_p", row["generator"], t)
            plain.columns[column] = (cost, row["p_min_pu"] * most, most)
            plain.feed(row["bus"], t, column, 1.0)
    p_nom = {row["generator"]: row["p_nom_mw"] for row in tables["power/generators"]}
    for row in tables["power/monthly_energy"]:
        first, end = ((0, 744), (744, n_hour), *((n_hour, n_hour),) * 10)[row["month"] - 1]
        if first < end:
            key = ("energy_limit", f"{row['generator']}, month {row['month']}", 0)
            energy = row["capacity_factor"] * p_nom[row["generator"]] * (end - first)
            plain.rows[key] = (-np.inf, energy)
            for t in range(first, end):
                plain.terms[key, ("generator_p", row["generator"], t)] = 1.0


def add_links(plain: Plain, tables: dict[str, list], n_hour: int) -> None:
    for row in tables["power/links"]:
        one, two, kept = row["bus0"], row["bus1"], 1.0 - row["loss_pu"]
        here, back = row["border_cost_usd_per_mwh"], row["border_cost_reverse_usd_per_mwh"]
        forward = row["wheeling_usd_per_mwh"] + kept * here
        reverse = row["wheeling_usd_per_mwh"] + kept * back
        ways = [
            (" forward", one, two, forward, 0.0, row["p_nom_mw"]),
            (" reverse", two, one, reverse, 0.0, row["p_nom_reverse_mw"]),
        ]
        if kept == 1.0 and not row["wheeling_usd_per_mwh"] and not here and not back:
            ways = [("", one, two, 0.0, -row["p_nom_reverse_mw"], row["p_nom_mw"])]
        for suffix, start, end, cost, least, most in ways:
            for t in range(n_hour):
                column = ("link_p", f"{row['link']}{suffix}", t)
                plain.columns[column] = (cost, least, most)
                plain.feed(start, t, column, -1.0)
                plain.feed(end, t, column, kept)


def add_storage(plain: Plain, tables: dict[str, list], n_hour: int) -> None:
    for row in tables["power/storage_units"]:
        name, p_nom = row["storage_unit"], row["p_nom_mw"]
        for t in range(n_hour):
            give, take, level = (
                (block, name, t) for block in ("storage_dispatch", "storage_store", "storage_level")
            )
            plain.columns[give] = (row["variable_om_usd_per_mwh"], 0.0, p_nom)
            plain.columns[take] = (0.0, 0.0, p_nom)
            plain.columns[level] = (0.0, 0.0, p_nom * row["max_hours"])
            plain.feed(row["bus"], t, give, 1.0)
            plain.feed(row["bus"], t, take, -1.0)
            balance = ("storage_balance", name, t)
            plain.rows[balance] = (0.0, 0.0)
            plain.terms[balance, level] = 1.0
            before = ("storage_level", name, (t - 1) % n_hour)
            plain.terms[balance, before] = row["standing_loss_per_h"] - 1.0
            plain.terms[balance, take] = -row["efficiency_store"]
            plain.terms[balance, give] = 1.0 / row["efficiency_dispatch"]


def places(blocks) -> dict[tuple[str, str, int], int]:
    """Return where each column or row stands."""
    return {
        (name, label, t): block.start + t * block.stride + item
        for name, block in blocks.items()
        for t in range(block.n_step)
        for item, label in enumerate(block.labels)
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_program_of_a_year_is_the_one_that_its_tables_spell_out(seed):
    view = random_view(seed, N_HOUR)
    lp = build_grid(read_year(view, N_HOUR).grid).lp
    plain = plain_program(view, N_HOUR)

    columns, rows = places(lp.columns), places(lp.rows)
    assert columns.keys() == plain.columns.keys()
    assert rows.keys() == plain.rows.keys()
    ours = np.stack([lp.cost, lp.col_lower, lp.col_upper], axis=1)[list(columns.values())]
    assert np.allclose(ours, [plain.columns[key] for key in columns], rtol=1e-12, atol=1e-12)
    ours = np.stack([lp.row_lower, lp.row_upper], axis=1)[list(rows.values())]
    assert np.allclose(ours, [plain.rows[key] for key in rows], rtol=1e-12, atol=1e-12)
    matrix = lp.matrix.tocoo()
    found = dict(
        zip(zip(matrix.row.tolist(), matrix.col.tolist(), strict=True), matrix.data, strict=True)
    )
    wanted = {(rows[row], columns[col]): value for (row, col), value in plain.terms.items()}
    assert found.keys() == wanted.keys()
    assert np.allclose([found[key] for key in wanted], list(wanted.values()), rtol=1e-12, atol=0.0)


def test_columns_of_an_hour_stand_in_the_order_that_results_are_made_with():
    lp = build_grid(read_year(random_view(1, 24), 24).grid).lp

    used = [name for name, block in lp.columns.items() if block.labels]
    expected = ["generator_p", "link_p", "storage_dispatch", "storage_store", "storage_level"]
    assert used == expected
