"""The first screen: every number in it comes from a table."""

import re

import polars as pl
import pytest

from tests.report.sample import SETTINGS, SampleResults, empty_results, sample_case, sample_results
from transcaspian.report import build_report
from transcaspian.report.names import Names, names_of_case
from transcaspian.report.summary import Summary, summarise
from transcaspian.report.terms import Terms, terms_of_scenario, with_terms
from transcaspian.report.worth import worth_of


def names() -> Names:
    return names_of_case(sample_case(), sample_results().tables["projects"])


def summary_of(results: SampleResults) -> Summary:
    projects, terms = terms_of_scenario(
        *with_terms(results.tables["projects"], SETTINGS), "reference"
    )
    return summarise({**results.tables, "projects": projects}, sample_case(), names(), terms)


def words(summary: Summary) -> str:
    return " ".join(str(sentence) for sentence in (*summary.sentences, *summary.trust))


@pytest.fixture
def summary() -> Summary:
    return summary_of(sample_results())


def test_no_digit_stands_outside_a_figure_or_a_name(summary: Summary) -> None:
    text = re.sub(r"<data .*?</data>|<strong>.*?</strong>", "", words(summary))
    assert not re.search(r"\d", text), text


def test_the_exact_value_stands_behind_every_number(summary: Summary) -> None:
    projects = sample_results().tables["projects"]
    exact = {str(value) for value in projects["npv_6_musd"]}
    shown = re.findall(r'<data value="([^"]*)" title="projects.npv_musd', words(summary))
    assert shown
    assert set(shown) <= {f"{float(value):.12g}" for value in exact} | {"430"}


def test_another_value_gives_another_sentence(summary: Summary) -> None:
    results = sample_results()
    projects = results.tables["projects"].with_columns(
        npv_6_musd=pl.when(pl.col("project") == "zangezur").then(5432.0).otherwise("npv_6_musd")
    )
    changed = words(summary_of(results.with_table("projects", projects)))
    assert "5\u202f430 million USD" in changed
    assert "5\u202f430 million USD" not in words(summary)
    assert "Worth most: <strong>Zangezur railway</strong>" in changed


def test_assumed_capital_cost_makes_break_even_the_headline(summary: Summary) -> None:
    cable = next(s for s in summary.sentences if "Trans-Caspian cable 1,000 MW" in str(s))
    assert "breaks even at a cost of" in str(cable)


def test_ranking_leaves_out_clusters_and_variants(summary: Summary) -> None:
    assert summary.ranking is not None
    ranked = [str(row[1].text) for row in summary.ranking.rows]
    assert len(ranked) == 5
    assert not any("2,000 MW" in name or "Green corridor" in name for name in ranked)


def test_ranking_falls_from_best_to_worst(summary: Summary) -> None:
    assert summary.ranking is not None
    values = [float(row[3].title) for row in summary.ranking.rows]
    assert values == sorted(values, reverse=True)


def test_rows_of_the_small_matrix_add_up_to_the_project(summary: Summary) -> None:
    assert summary.matrix is not None
    gains = sample_results().tables["who_gains"]
    totals = {float(row[-1].title) for row in summary.matrix.rows}
    expected = gains.group_by("project").agg(pl.col("npv_musd").sum())
    for total in totals:
        assert min(abs(total - value) for value in expected["npv_musd"]) < 1e-6


def test_a_failed_check_is_named_on_the_first_screen() -> None:
    results = sample_results()
    checks = results.tables["checks"].with_columns(passed=pl.col("check") != "transfers_cancel")
    text = words(summary_of(results.with_table("checks", checks)))
    assert "failed" in text
    assert "Transfers cancel" in text


def test_without_tables_nothing_is_claimed() -> None:
    summary = summary_of(empty_results())
    assert summary.sentences == ()
    assert summary.ranking is None


TERMS = Terms(0.06, (0.04, 0.06, 0.09, 0.12), (2030, 2035, 2040))


def row(**changes: object) -> dict[str, object]:
    base = {
        "npv_4_musd": 50.0, "npv_6_musd": 20.0, "npv_9_musd": -5.0, "npv_12_musd": -9.0, "npv_musd": 20.0,
        "is_cluster": False, "benefit_2030_musd": 9.0, "benefit_2035_musd": 9.0, "benefit_2040_musd": 9.0,
        "capex_musd": 100.0, "capex_low_musd": 80.0, "capex_high_musd": 150.0,
        "capex_confidence": "reported", "break_even_capex_musd": 125.0,
    }  # fmt: skip
    changed = base | changes
    return {"npv_whole_musd": changed["npv_musd"], "sunk_musd": 0.0} | changed


def test_of_what_is_begun_only_the_money_left_is_uncertain() -> None:
    # A quarter of the cost is spent: completing is worth 45, and of the slope of 0.8 three quarters are left.
    worth = worth_of(row(npv_musd=45.0, npv_whole_musd=20.0, sunk_musd=25.0), TERMS)
    assert worth.high_musd == pytest.approx(45.0 + 0.75 * 16.0)
    assert worth.low_musd == pytest.approx(45.0 - 0.75 * 40.0)
    assert worth.verdict == "Yes, at the high cost too"
    assert "what is left to spend" in worth.certainty


def test_the_range_of_npv_follows_from_the_break_even_cost() -> None:
    # NPV falls by 20/25 = 0.8 with each dollar of cost: at 80 it is 36, at 150 it is -20.
    worth = worth_of(row(), TERMS)
    assert worth.high_musd == pytest.approx(36.0)
    assert worth.low_musd == pytest.approx(-20.0)
    assert worth.verdict == "Yes, but not at the high cost"


def test_npv_at_the_break_even_cost_is_zero() -> None:
    assert worth_of(row(capex_high_musd=125.0), TERMS).low_musd == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"capex_high_musd": 110.0}, "Yes, at the high cost too"),
        ({"capex_low_musd": None, "capex_high_musd": None}, "Yes"),
        ({"npv_musd": -8.0, "break_even_capex_musd": 90.0}, "Only at the low cost"),
        ({"npv_musd": -40.0, "break_even_capex_musd": 50.0}, "No"),
    ],
)
def test_verdicts_follow_the_range(changes: dict[str, object], verdict: str) -> None:
    assert worth_of(row(**changes), TERMS).verdict == verdict


def test_certainty_names_the_highest_rate_that_still_pays() -> None:
    assert (
        "positive up to 4\u202f%" in worth_of(row(npv_musd=-1.0, npv_6_musd=-1.0), TERMS).certainty
    )


def test_another_size_of_a_project_is_not_ranked_beside_it() -> None:
    projects = (
        sample_results()
        .tables["projects"]
        .with_columns(variant_of=pl.when(pl.col("project") == "zangezur").then(pl.lit("aktau_hub")))
    )
    named, _ = terms_of_scenario(*with_terms(projects, SETTINGS), "reference")
    ranked = dict(zip(named["project"], named["is_ranked"], strict=True))
    assert not ranked["zangezur"]
    assert ranked["aktau_hub"]


def test_a_case_with_another_headline_rate_is_stated_at_that_rate() -> None:
    settings = SETTINGS.model_copy(update={"headline_rate": 0.09})
    named, terms = terms_of_scenario(
        *with_terms(sample_results().tables["projects"], settings), "reference"
    )
    assert terms.headline == "9\u202f%"
    assert named["npv_musd"].to_list() == named["npv_9_musd"].to_list()


def test_one_solved_year_is_the_year_of_single_figures() -> None:
    projects = sample_results().tables["projects"].drop("benefit_2035_musd", "benefit_2040_musd")
    named, terms = terms_of_scenario(*with_terms(projects, SETTINGS), "reference")
    assert terms.value_year == 2030
    reference = projects.filter(scenario="reference")
    assert named["benefit_musd"].to_list() == reference["benefit_2030_musd"].to_list()


def test_a_year_that_a_scenario_was_not_solved_in_is_no_benefit_of_zero() -> None:
    projects, terms = with_terms(sample_results().tables["projects"], SETTINGS)
    slow, own = terms_of_scenario(projects, terms, "slow")
    assert terms.years == (2030, 2035, 2040)
    assert own.years == (2030, 2040)
    assert slow["benefit_musd"].to_list() == slow["benefit_2040_musd"].to_list()
    assert {worth_of(row, terms).verdict for row in slow.iter_rows(named=True)} > {"No"}


def early_results() -> SampleResults:
    """The sample as if all that was solved lay before the two cables open."""
    projects = sample_results().tables["projects"]
    is_cable = pl.col("project").is_in(["caspian_cable", "black_sea_cable"])
    early = projects.with_columns(
        model_years_in_use=pl.when(is_cable).then(0).otherwise("model_years_in_use")
    )
    return sample_results().with_table("projects", early)


def test_values_of_years_before_a_project_opens_are_led_by_a_warning() -> None:
    summary = summary_of(early_results())
    (warning,) = summary.warnings
    assert "Trans-Caspian cable 1,000 MW (2032)" in warning
    assert "Black Sea cable (2032)" in warning
    assert "Black Sea cable" not in words(summary)
    assert summary.ranking is not None
    verdicts = {str(row[1].text): str(row[2].text) for row in summary.ranking.rows}
    assert sum("Not known: no model year in use" in text for text in verdicts.values()) == 2
    text = build_report(early_results(), sample_case())
    assert text.index('class="warning"') < text.index('class="trust"')


def test_every_ranked_value_says_on_how_many_model_years_it_rests(summary: Summary) -> None:
    assert summary.warnings == ()
    assert summary.ranking is not None
    place = [header.label for header in summary.ranking.headers].index("Model years")
    assert {str(row[place].text) for row in summary.ranking.rows} == {"3, 2 in use"}


def test_runs_from_before_model_years_were_counted_are_counted_from_their_benefits() -> None:
    projects = sample_results().tables["projects"].drop("model_years", "model_years_in_use")
    named, _ = with_terms(projects, SETTINGS)
    counts = named.filter(project="caspian_cable").select("model_years", "model_years_in_use")
    assert counts.rows() == [(3, 2), (2, 1)]


def test_a_part_that_changes_nothing_alone_says_so() -> None:
    idle = {f"benefit_{year}_musd": 0.0 for year in (2030, 2035, 2040)}
    assert worth_of(row(**idle), TERMS).verdict == "No use alone"
    assert worth_of(row(**idle, is_cluster=True), TERMS).verdict != "No use alone"


def test_clusters_stand_in_a_table_of_their_own(summary: Summary) -> None:
    assert summary.clusters is not None
    assert [str(row[1].text).count("Green corridor") for row in summary.clusters.rows] == [1]
