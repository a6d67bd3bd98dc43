import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transcaspian.appraisal.cash_flow import appraise_cash_flow
from transcaspian.appraisal.read import read_cash_flow
from transcaspian.errors import InputError


def write(folder, text, name="flow.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(folder, text):
    with pytest.raises(InputError) as caught:
        read_cash_flow(write(folder, text))
    return [(p.row, p.column) for p in caught.value.problems], str(caught.value)


def flow_or_problems(path):
    try:
        return read_cash_flow(path), ()
    except InputError as error:
        return None, error.problems


def test_missing_years_are_zero(tmp_path):
    flow = read_cash_flow(write(tmp_path, "year,net\n2025,-100\n2028,50\n"))
    assert flow.time.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert flow.net.tolist() == [-100.0, 0.0, 0.0, 50.0]


def test_rows_may_stand_in_any_order_and_equal_years_add_up(tmp_path):
    flow = read_cash_flow(write(tmp_path, "net,year\n50,2027\n-60,2025\n-40,2025\n"))
    assert flow.net.tolist() == [-100.0, 0.0, 50.0]


def test_cents_that_cancel_leave_exactly_nothing(tmp_path):
    flow = read_cash_flow(write(tmp_path, "year,benefit,cost\n1,0.1,0\n1,0.2,0.3\n2,5,0\n"))
    assert flow.net.tolist() == [0.0, 5.0]


def test_dates_count_in_years_of_365_days_from_the_earliest(tmp_path):
    flow = read_cash_flow(write(tmp_path, "date,net\n2029-01-01,3\n2028-01-01,-1\n2028-01-01,-1\n"))
    assert flow.time.tolist() == [0.0, 366.0 / 365.0]
    assert flow.net.tolist() == [-2.0, 3.0]


def test_capital_letters_blank_lines_marks_and_other_columns_do_not_matter(tmp_path):
    flow = read_cash_flow(
        write(tmp_path, '\ufeff Year ,NET,remark\n\n0, -5 ,"a, b"\n\n1.0,+6e0,\n')
    )
    assert flow.net.tolist() == [-5.0, 6.0]


def test_benefit_and_cost_make_the_net(tmp_path):
    flow = read_cash_flow(write(tmp_path, "year,benefit,cost\n0,0,10\n1,12,1\n"))
    assert flow.net.tolist() == [-10.0, 11.0]
    assert flow.benefit.tolist() == [0.0, 12.0]


def test_a_net_that_agrees_with_benefit_and_cost_is_welcome(tmp_path):
    flow = read_cash_flow(write(tmp_path, "year,benefit,cost,net\n0,0,10,-10\n1,12,1,11\n"))
    assert flow.net.tolist() == [-10.0, 11.0]


@pytest.mark.parametrize(
    ("cell", "cure"),
    [
        ('"1,234.5"', "Write 1234.5"),
        ("1 234", "Write 1234"),
        ("1'234", "Write 1234"),
        ("1_234", "Write 1234"),
        ('"12,5"', "Write 12.5"),
        ("(100)", "Write -100"),
        ("\u2212100", "Write -100"),
        ("5%", "Write digits"),
        ("nan", "Write digits"),
        ("inf", "Write digits"),
        ("", "Write 0"),
        ("1e301", "larger units"),
        ("\u0661\u0662", "Write digits"),
    ],
)
def test_a_cell_that_is_no_number_is_named_with_its_cure(tmp_path, cell, cure):
    found, text = problems_of(tmp_path, f"year,net\n2025,-1\n2026,{cell}\n")
    assert found == [(3, "net")]
    assert cure in text


@pytest.mark.parametrize("cell", ["2025.5", "x", "", "2025-01-01", "20 25"])
def test_a_year_that_is_none_is_named(tmp_path, cell):
    found, _ = problems_of(tmp_path, f"year,net\n2024,-1\n{cell},1\n")
    assert found == [(3, "year")]


@pytest.mark.parametrize("cell", ["2025-02-30", "31.12.2025", "2025/12/31", "2025", ""])
def test_a_date_that_is_none_is_named(tmp_path, cell):
    found, _ = problems_of(tmp_path, f"date,net\n2024-01-01,-1\n{cell},1\n")
    assert found == [(3, "date")]


def test_every_problem_is_found_at_once_in_order_of_rows(tmp_path):
    text = 'year,benefit,cost\n2025,0,"1,000"\nx,10,5\n2027,3,4,5\n2028,,1\n'
    found, _ = problems_of(tmp_path, text)
    assert found == [(2, "cost"), (3, "year"), (4, ""), (5, "benefit")]


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("time,net", "year"),
        ("year,amount", "net"),
        ("year,benefit", "cost"),
        ("year,cost", "benefit"),
        ("year,net,net", "net"),
        ("year,date,net", "date"),
    ],
)
def test_a_header_that_lacks_or_doubles_a_column_is_named(tmp_path, header, column):
    cells = ",".join("1" for _ in header.split(","))
    found, _ = problems_of(tmp_path, f"{header}\n{cells}\n")
    assert found == [(1, column)]


def test_semicolons_are_told_from_commas(tmp_path):
    _, text = problems_of(tmp_path, "year;net\n2025;-1\n")
    assert "commas" in text


@pytest.mark.parametrize("text", ["", "\n\n", "year,net\n", 'year,net\n1,"2\n'])
def test_a_file_without_rows_or_with_an_open_quote_is_refused(tmp_path, text):
    found, _ = problems_of(tmp_path, text)
    assert len(found) == 1


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.csv: cannot be read: no such file"):
        read_cash_flow(tmp_path / "nowhere.csv")


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    path = tmp_path / "flow.csv"
    path.write_bytes("year,net\n2025,1\n# é".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_cash_flow(path)


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-32", "cp1251"])
def test_other_writings_of_letters_are_refused_with_their_row(tmp_path, coding):
    path = tmp_path / "flow.csv"
    path.write_bytes("year,net,Примечание\n2025,1,\n".encode(coding))
    with pytest.raises(InputError) as caught:
        read_cash_flow(path)
    assert [problem.row for problem in caught.value.problems] == [1]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_separators_are_named(tmp_path, mark):
    found, text = problems_of(tmp_path, mark.join(("year", "net")) + f"\n2025{mark}1\n")
    assert (1, "") in found
    assert "no commas" in text


def test_a_cell_too_long_for_a_table_is_named_with_its_row(tmp_path):
    found, _ = problems_of(tmp_path, "year,net,note\n2025,1,a\n2026,1," + "x" * 200_000 + "\n")
    assert found == [(3, "")]


def test_rows_are_counted_from_the_first_line_of_the_file(tmp_path):
    assert problems_of(tmp_path, "\n\nyear,amount\n2025,1\n")[0] == [(3, "net")]


def test_costs_that_are_all_negative_are_asked_back(tmp_path):
    found, text = problems_of(tmp_path, "year,benefit,cost\n1,0,0\n2,5,-10\n3,5,-1\n")
    assert found == [(3, "cost")]
    assert "positive" in text


@pytest.mark.parametrize("costs", [(-100, -5, 5), (-1, 0, 0.5), (10, -300, 20)])
def test_costs_that_add_up_to_less_than_nothing_are_asked_back(tmp_path, costs):
    rows = "".join(f"{year},60,{cost}\n" for year, cost in enumerate(costs))
    found, text = problems_of(tmp_path, "year,benefit,cost\n" + rows)
    assert found == [(2 + next(place for place, cost in enumerate(costs) if cost < 0), "cost")]
    assert "positive" in text


def test_costs_of_which_some_comes_back_are_taken(tmp_path):
    flow = read_cash_flow(write(tmp_path, "year,benefit,cost\n0,0,100\n1,60,5\n2,60,-5\n"))
    assert flow.net.tolist() == [-100.0, 55.0, 65.0]


def test_a_net_that_contradicts_benefit_and_cost_is_named(tmp_path):
    found, _ = problems_of(tmp_path, "year,benefit,cost,net\n1,0,10,-10\n2,12,1,12\n")
    assert found == [(3, "net")]


@pytest.mark.parametrize("year", ["20260", "2205", "0", "-2026", "1e30", "9" * 400, "2126.0"])
def test_a_year_far_from_all_others_is_taken_for_a_slip(tmp_path, year):
    found, text = problems_of(tmp_path, f"year,net\n2025,-1\n{year},2\n")
    assert found == [(2 if year in ("0", "-2026") else 3, "year")]
    assert len(text) < 300


def test_a_date_far_from_all_others_is_taken_for_a_slip(tmp_path):
    found, _ = problems_of(tmp_path, "date,net\n1900-01-00,1\n2025-01-01,-1\n")
    assert found == [(2, "date")]
    found, _ = problems_of(tmp_path, "date,net\n1900-01-01,1\n2025-01-01,-1\n")
    assert found == [(3, "date")]


def test_rows_of_zero_bridge_a_long_pause(tmp_path):
    flow = read_cash_flow(write(tmp_path, "year,net\n2000,-1\n2100,0\n2200,9\n"))
    assert flow.time[-1] == 200.0


cells = st.one_of(
    st.integers(-3000, 3000).map(str),
    st.decimals(-1000, 1000, places=2).map(str),
    st.sampled_from(
        ["", "x", "1,5", '"', "nan", "1e999", "2030-01-01", "\uff19", "-", "0x10", "1e5"]
    ),
)
headers = st.lists(
    st.sampled_from(["year", "date", "net", "benefit", "cost", "note", ""]), min_size=1, max_size=5
)
sheets = st.tuples(headers, st.lists(st.lists(cells, max_size=6), max_size=6)).map(
    lambda parts: "\n".join(",".join(row) for row in [parts[0], *parts[1]])
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(sheets, st.text(max_size=200)))
def test_any_text_gives_a_cash_flow_or_problems_with_a_cure(tmp_path, text):
    path = tmp_path / "flow.csv"
    path.write_text(text, encoding="utf-8", newline="")
    flow, problems = flow_or_problems(path)
    if flow is None:
        assert problems
        assert all(problem.cure and problem.message for problem in problems)
    else:
        assert np.isfinite(flow.net).all()
        assert (np.diff(flow.time) > 0.0).all()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.integers(2020, 2060), st.integers(-(10**6), 10**6)), min_size=1),
    st.randoms(use_true_random=False),
)
def test_the_order_of_rows_changes_nothing(tmp_path, rows, random):
    path = tmp_path / "flow.csv"
    found = []
    for _ in range(2):
        random.shuffle(rows)
        path.write_text("year,net\n" + "".join(f"{year},{cents}e-2\n" for year, cents in rows))
        found.append(read_cash_flow(path).net.tolist())
    assert found[0] == found[1]


@pytest.mark.parametrize("midnight", ["T00:00:00", " 00:00:00", "T00:00:00.000Z", " 00:00"])
def test_midnight_behind_a_date_says_nothing(tmp_path, midnight):
    file = tmp_path / "flow.csv"
    file.write_text(f"date,net\n2020-01-01{midnight},-100\n2021-01-01{midnight},110\n")
    assert read_cash_flow(file).time.tolist() == [0.0, 366.0 / 365.0]


def test_another_hour_behind_a_date_is_an_error(tmp_path):
    file = tmp_path / "flow.csv"
    file.write_text("date,net\n2020-01-01 12:00:00,-100\n")
    with pytest.raises(InputError, match="is not a date"):
        read_cash_flow(file)


def test_amounts_near_the_largest_number_are_appraised(tmp_path):
    file = tmp_path / "flow.csv"
    file.write_text("year,net\n0,-1e299\n1,1.2e299\n")
    found = appraise_cash_flow(read_cash_flow(file), 0.1)
    assert found.irr == pytest.approx((0.2,))
    assert found.note is None
