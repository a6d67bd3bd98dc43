import re
import zipfile

import fastexcel
import pytest

from tests.appraisal.accounts_examples import options, plan, power_year
from transcaspian.appraisal.project import appraise_project
from transcaspian.appraisal.tables import economic_table, gains_matrix
from transcaspian.appraisal.write import write_workbook
from transcaspian.errors import InputError


@pytest.fixture
def appraisal():
    without, with_ = {2030: power_year(50.0, 70.0, 9.0)}, {2030: power_year(30.0, 64.0, 7.0)}
    return appraise_project("cable", [plan(opex_share=0.02)], with_, without, options())


def test_the_yearly_table_adds_up_to_the_npv(appraisal):
    table = economic_table(appraisal.ledger, 0.06, 2025)
    expected = appraisal.indicators["all"].npv_headline_musd
    assert table["present_value_musd"].sum() == pytest.approx(expected)


def test_benefits_stand_apart_by_what_is_saved(appraisal):
    row = economic_table(appraisal.ledger, 0.06, 2025).filter(year=2030).row(0, named=True)
    assert (row["benefit: fuel"], row["benefit: co2_damage"]) == (20.0, 2.0)
    assert row["net_musd"] == pytest.approx(20.0 + 2.0 - row["operation_musd"])


def test_transfers_stand_in_no_column(appraisal):
    assert "benefit: energy" not in economic_table(appraisal.ledger, 0.06, 2025).columns


def test_the_matrix_of_gains_adds_up_to_the_npv(appraisal):
    matrix = gains_matrix(appraisal.who_gains)
    expected = appraisal.indicators["all"].npv_headline_musd
    assert matrix["total"][-1] == pytest.approx(expected)
    assert matrix["country"].to_list() == ["AZ", "KZ", "WORLD", "total"]


def test_the_matrix_keeps_the_order_of_parties_and_fills_those_without_gain(appraisal):
    matrix = gains_matrix(appraisal.who_gains, ["residents", "shippers"])
    assert matrix.columns == ["country", "residents", "shippers", "total"]
    assert matrix["shippers"].sum() == 0.0


def test_the_workbook_holds_the_values_that_its_formulas_give(appraisal, tmp_path):
    path = tmp_path / "projects.xlsx"
    write_workbook(path, [appraisal.ledger], 0.06, 2025, appraisal.conventions)
    cells = fastexcel.read_excel(path).load_sheet("cable", header_row=None).to_polars()
    found = appraisal.indicators["all"]
    assert float(cells[3, 1]) == pytest.approx(found.npv_headline_musd)
    assert float(cells[4, 1]) == pytest.approx(found.eirr[0])
    assert float(cells[5, 1]) == pytest.approx(found.bcr)


def test_the_workbook_lives_by_formulas(appraisal, tmp_path):
    path = tmp_path / "projects.xlsx"
    write_workbook(path, [appraisal.ledger], 0.06, 2025, appraisal.conventions)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    formulas = re.findall(r"<f>([^<]*)</f>", sheet)
    assert "SUM($G$10:$G$21)" in formulas
    assert any(one.startswith("IRR($E$10:$E$21") for one in formulas)
    assert "(1+$B$2)^-(A10-$B$3)" in formulas


def test_a_workbook_that_can_not_be_written_is_an_input_error(appraisal, tmp_path):
    with pytest.raises(InputError, match="can't be written"):
        write_workbook(tmp_path / "no" / "x.xlsx", [appraisal.ledger], 0.06, 2025, "")
