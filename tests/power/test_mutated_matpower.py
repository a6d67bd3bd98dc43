"""Damaged and rewritten MATPOWER cases: each is refused by line, or costs what another road says."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.power.test_matpower_oracle import least_cost_in_angles, random_case, written
from transcaspian.errors import InputError
from transcaspian.lp import Status
from transcaspian.power import read_matpower, solve

SEED = 20261130
FEWEST = 230  # variants in this file
CASE_SEED = 7
CODE = (
    "mpc.bus(:, 3) = 1.1 * mpc.bus(:, 3);",
    "mpc.bus(:, 3) *= 1.2;",
    "mpc.bus(:, 3) += 5;",
    "mpc.branch(mpc.branch(:, 6) == 60, 6) = 20;",
    "mpc.bus(find(mpc.bus(:, 1) == 10), 3) = 20;",
    "mpc.gen(1, 9)++;",
    "mpc = scale_load(1.2, mpc);",
    "mpc = loadcase('other');",
    "mpc.gen = [mpc.gen; 1 0 0 0 0 1 100 1 9 0];",
    "mpc.gen = mpc.gen([1 2], :);",
    "mpc.gen(2, :) = [];",
    "mpc.gencost = repmat([2 0 0 2 5 0], 4, 1);",
    "mpc.bus = [1 2 3]';",
    "mpc.bus = [1 2 3] .* 2;",
    "mpc.baseMVA = 100 * 2;",
    "mpc.baseMVA = 1e2 + 1;",
    "for k = 1:3, mpc.bus(k, 3) = 0; end",
    "if true\n  mpc.bus(1, 3) = 0;\nend",
    "while 0, end",
    "[mpc.bus, x] = deal(1, 2);",
    "x = 3;",
    "eval('mpc.baseMVA = 1;');",
    "addpath('somewhere')",
    "load other.mat",
    "mpc.(\"bus\") = 3;",
    "mpc.gen{1} = 3;",
    "mpc.bus.more = 3;",
    "mpc.other = max(1, 2);",
    "global G",
    "clear all",
    "!rm file",
    "function y = more(x)\ny = x;\nend",
    "mpc.bus = zeros(3, 13)",
    "mpc.bus = 1:13;",
)  # fmt: skip
HARMLESS = (
    "% a comment: mpc.bus(1, 3) = 0;",
    "# one of Octave",
    "%{\nmpc.bus = [];\n%}",
    "mpc.note = 'mpc.bus(1, 3) = 0;';",
    'mpc.note = "mpc.gen(1, 9) = 0;";',
    "mpc.bus_name = {'a; b', 'c]'; 'd''s', '% no comment'};",
    "mpc.areas = [1 4; 2 5];",
    "mpc.userdata.flag = 1;",
    "define_constants;",
    "[PQ, PV, REF] = idx_bus;",
    "mpc.number = ... goes on\n 3;",
    "return;",
    "end",
    "mpc.version = '2'; mpc.other = 5, mpc.more = -1e-3",
    ";;;",
    "\n\n",
)
NO_NUMBERS = (
    "NaN",
    "1_0",
    "1,5,",
    "--1",
    "1e",
    "'1'",
    "ten",
    "1+1",
    "2*3",
    "\u0661",
    "0x1F",
    "1i",
    "$",
)
COUNTED = {"bus": (0, 1, 2, 4), "gen": (0, 7, 9), "branch": (0, 1, 2, 3, 8, 9, 10), "dcline": (0, 1, 2, 9, 10, 15, 16)}  # fmt: skip


def text_of(folder: Path) -> str:
    return written(random_case(CASE_SEED), folder / "plain.m").read_text()


def cost(folder: Path, text: str | bytes, name: str = "case.m") -> float | str:
    """Return the objective, 'infeasible', or 'refused' where the error is clear."""
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    try:
        result = solve(read_matpower(folder / name))
    except InputError as error:
        is_clear = error.problems and all(p.file == name and p.message and p.cure for p in error.problems)  # fmt: skip
        return "refused" if is_clear else "refused without words"
    if result.status is Status.INFEASIBLE:
        return "infeasible"
    assert result.status is Status.OPTIMAL
    return result.objective


def right(case: dict[str, np.ndarray]) -> float | str:
    found = least_cost_in_angles(case, simple=True)
    return "infeasible" if found is None else found


def problem_lines(folder: Path, text: str) -> list[int]:
    (folder / "case.m").write_text(text)
    with pytest.raises(InputError) as caught:
        read_matpower(folder / "case.m")
    return [problem.row for problem in caught.value.problems]


def as_it_reads(text: str) -> dict[str, np.ndarray] | None:
    """Return the matrices that a plain reading gives; None where it gives none."""
    found = {}
    for name in ("bus", "gen", "branch", "gencost", "dcline"):
        match = re.search(rf"^mpc\.{name} = \[([^\[\]]*)\];$", text, re.MULTILINE)
        if match is None:
            return None
        rows = [row.split() for row in match[1].replace(",", " ").replace("\n", ";").split(";")]
        found[name] = np.array([[float(cell) for cell in row] for row in rows if row])
    return found


@pytest.mark.parametrize("code", CODE)
def test_code_after_the_matrices_is_refused_with_its_line(tmp_path, code):
    text = text_of(tmp_path)
    assert problem_lines(tmp_path, text + code + "\n")[0] == text.count("\n") + 1


@pytest.mark.parametrize("code", CODE)
def test_code_before_the_matrices_is_refused_with_its_line(tmp_path, code):
    text = text_of(tmp_path).replace("mpc.baseMVA", f"{code}\nmpc.baseMVA", 1)
    assert problem_lines(tmp_path, text)[0] == 2


@pytest.mark.parametrize("addition", HARMLESS)
def test_what_changes_nothing_may_stand_there(tmp_path, addition):
    expected = pytest.approx(right(random_case(CASE_SEED)), rel=1e-7)
    assert cost(tmp_path, text_of(tmp_path) + addition + "\n") == expected


def bad_cells(text: str) -> Iterator[tuple[str, int, str, str]]:
    """Give matrix, line, cell and text with one cell that is no number."""
    lines = text.splitlines()
    rng = np.random.default_rng(SEED)
    for name, columns in COUNTED.items():
        head = next(k for k, line in enumerate(lines) if line.startswith(f"mpc.{name} ="))
        for column in columns:
            for cell in rng.choice(NO_NUMBERS, 3, replace=False).tolist():
                cells = lines[head + 1].split(" ")
                end = "];" if cells[column].endswith("];") else ";" * cells[column].endswith(";")
                cells[column] = cell + end
                changed = [*lines[: head + 1], " ".join(cells), *lines[head + 2 :]]
                yield name, head + 2, cell, "\n".join(changed) + "\n"


def test_every_cell_that_is_no_number_is_named_with_its_line(tmp_path):
    for name, line, cell, text in bad_cells(text_of(tmp_path)):
        assert line in problem_lines(tmp_path, text), (name, cell)


def damage(text: str) -> Iterator[tuple[str, str]]:
    rng = np.random.default_rng(SEED)
    for _ in range(30):
        yield "cut", text[: int(rng.integers(len(text)))]
    signs = list("[](){};,'\"%. \n0123456789e-+=xm")
    for k in range(60):
        at, sign = int(rng.integers(len(text))), str(rng.choice(signs))
        yield "change", text[:at] + sign * (k % 3 > 0) + text[at + (k % 3 < 2) :]
    lines = text.splitlines(keepends=True)
    for k in range(len(lines)):
        yield f"without line {k + 1}", "".join(lines[:k] + lines[k + 1 :])
        yield f"line {k + 1} twice", "".join([*lines[: k + 1], *lines[k:]])


def test_damaged_cases_are_refused_or_solved_as_they_now_read(tmp_path):
    verdicts = {"refused": 0, "solved": 0}
    for what, text in damage(text_of(tmp_path)):
        found = cost(tmp_path, text)
        if found == "refused":
            verdicts["refused"] += 1
            continue
        verdicts["solved"] += 1
        case = as_it_reads(text)
        assert case is not None, (what, text)
        expected = right(case)
        assert found == (expected if isinstance(expected, str) else pytest.approx(expected, rel=1e-6)), (what, text)  # fmt: skip
    assert verdicts["refused"] > 60, verdicts
    assert verdicts["solved"] > 20, verdicts


ONE_BUS = """function mpc = one
mpc.baseMVA = {base};
mpc.bus = [{bus} 3 90 0 0 0 1 1 0 230 1 1.1 0.9];
mpc.gen = [1 0 0 0 0 1 100 1 {most} {least}];
mpc.branch = [];
mpc.gencost = [{cost}];
"""
PLAIN = {"base": "100", "bus": "1", "most": "100", "least": "0", "cost": "2 0 0 2 10 0"}


@pytest.mark.parametrize(
    "change",
    [
        *({"base": base} for base in ("0", "-100", "inf", "NaN", "[]", "[100 100]", "'100'", "1e400")),
        *({"bus": bus} for bus in ("1.5", "inf", "0", "-1", "NaN", "9" * 400, "2")),
        *({"least": least} for least in ("-Inf", "NaN", "Inf", "1e30")),
        *({"most": most} for most in ("NaN", "-Inf")),
        *(
            {"cost": cost}
            for cost in (
                "2 0 0 -1 10 0", "2 0 0 0 10 0", "2 0 0 1.5 10 0", "2 0 0 inf 10 0", "2 0 0 NaN 10 0",
                "2 0 0 3 10 0", "2 0 0 2 inf 0", "2 0 0 2 10 NaN", "3 0 0 2 10 0", "1.5 0 0 2 10 0",
                "NaN 0 0 2 10 0", "1 0 0 2 0 0 100", "1 0 0 1 0 0", "1 0 0 2 0 0 0 5", "1 0 0 2 9 0 5 9",
                "1 0 0 3 0 0 50 1000 100 1100", "1 0 0 3 0 0 50 500.05 100 1000", "2 0 0 2 10 0; 2 0 0 2 1 1; 2 0 0 2 1 1",
                "1 0 0 2 0 0 inf 5", "2 0 0 3 -1 10 0", "2 0 0 4 1 1 10 0", "2 0 0", "",
            )
        ),
    ],
)  # fmt: skip
def test_numbers_that_mean_nothing_are_refused(tmp_path, change):
    assert cost(tmp_path, ONE_BUS.format(**(PLAIN | change))) == "refused"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        # 7.3 USD/MWh at points that were rounded to two decimals, 5.1 to one, 12 to none.
        ("1 0 0 4 0 0 33.33 243.31 66.67 486.69 100 730", 657.0),
        ("1 0 0 3 0 0 33.3 169.9 100 510", 459.0),
        ("1 0 0 4 0 0 33 397 66 792 100 1200", 1080.0),
        ("1 0 0 2 0 0 100 1000", 900.0),
        ("1 0 0 3 0 0 60 300 100 700", 600.0),
    ],
)
def test_points_that_rounding_bent_are_a_convex_cost(tmp_path, printed, expected):
    found = cost(tmp_path, ONE_BUS.format(**(PLAIN | {"cost": printed})))
    digits = 1 if "." not in printed else 10 ** -len(printed.split(".")[1].split()[0])
    assert found == pytest.approx(expected, abs=digits)


def test_a_part_one_slip_away_from_one_that_counts_is_refused_with_its_line(tmp_path):
    text = text_of(tmp_path)
    line = text[: text.index("mpc.dcline")].count("\n") + 1
    assert problem_lines(tmp_path, text.replace("mpc.dcline", "mpc.dclines")) == [line]


def test_a_case_without_generators_is_refused(tmp_path):
    text = ONE_BUS.format(**PLAIN).replace("[1 0 0 0 0 1 100 1 100 0]", "[]")
    assert cost(tmp_path, text.replace("[2 0 0 2 10 0]", "[]")) == "refused"


def test_points_of_a_direct_current_line_are_its_cost(tmp_path):
    """The line carries 5 to 60 MW; its cost rises from 1 to 12 and 40 USD/MWh at 20 and 45 MW."""
    text = """function mpc = two
mpc.baseMVA = 100;
mpc.bus = [1 3 0 0 0 0 1 1 0 230 1 1.1 0.9; 2 1 80 0 0 0 1 1 0 230 1 1.1 0.9];
mpc.gen = [1 0 0 0 0 1 100 1 200 0; 2 0 0 0 0 1 100 1 200 0];
mpc.branch = [];
mpc.gencost = [2 0 0 2 10 0; 2 0 0 2 40 0];
mpc.dcline = [1 2 1 0 0 0 0 1 1 LOW HIGH 0 0 0 0 0 0];
mpc.dclinecost = [1 0 0 4 0 3 20 23 45 323 60 923];
"""
    for low, high, sent in ((5, 60, 45), (5, 30, 30), (25, 30, 30), (50, 60, 50), (7, 7, 7), (-5, 60, 45)):  # fmt: skip
        line = 3 + min(sent, 20) + 12 * max(min(sent, 45) - 20, 0) + 40 * max(sent - 45, 0)
        found = cost(tmp_path, text.replace("LOW", str(low)).replace("HIGH", str(high)))
        assert found == pytest.approx(10 * sent + 40 * (80 - sent) + line), (low, high)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_comments_of_any_encoding_change_nothing(tmp_path, encoding):
    text = text_of(tmp_path).replace("\nmpc.bus", "\n% Süd\nmpc.bus", 1)
    expected = pytest.approx(right(random_case(CASE_SEED)), rel=1e-7)
    assert cost(tmp_path, text.encode(encoding)) == expected


@pytest.mark.parametrize("ragged", ["bus", "gen", "branch", "dcline"])
def test_rows_of_unlike_width_are_named(tmp_path, ragged):
    lines = text_of(tmp_path).splitlines()
    head = next(k for k, line in enumerate(lines) if line.startswith(f"mpc.{ragged} ="))
    cells = lines[head + 1].split(" ")
    lines[head + 1] = " ".join(cells[1:])
    if ragged == "dcline":
        lines[head + 1] = " ".join(cells).replace("];", ";") + "\n1 2 3];"
    (tmp_path / "case.m").write_text("\n".join(lines) + "\n")
    with pytest.raises(InputError, match="Give every row the same columns"):
        read_matpower(tmp_path / "case.m")


def test_there_are_hundreds_of_variants(tmp_path):
    text = text_of(tmp_path)
    count = 2 * len(CODE) + len(HARMLESS) + sum(1 for _ in bad_cells(text))
    count += sum(1 for _ in damage(text))
    assert count >= FEWEST, count
    print(f"{count} variants of MATPOWER cases")  # noqa: T201
