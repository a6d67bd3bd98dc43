import csv
import io
import json
import stat
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import fastexcel
import icalendar
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.register.examples import PROMISE, TAIL, event, forecast, make, observation
from transcaspian.errors import InputError, RegisterError
from transcaspian.register.agenda import find_due
from transcaspian.register.columns import INSTRUMENT_STATES, PROJECT_STATES, TABLES
from transcaspian.register.export import FORMS, export_register
from transcaspian.register.export_sdmx import COLUMNS, DIMENSIONS, time_period
from transcaspian.register.export_tables import write_tables, write_workbook
from transcaspian.register.read import parse_rows, read_packaged, read_tables
from transcaspian.register.tables import Register, make_register

DAY = date(2026, 4, 30)
FORMULAS = (
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "''",
    "=cmd|' /C calc'!A0",
)
FEW = settings(deadline=None, max_examples=20)


def export(register: Register, form: str, target: Path) -> Path:
    export_register(register, form, target, DAY)
    return target


def secret() -> Register:
    """A register in which every table holds something that must not leave."""
    hidden = {"internal": "true"}
    public = PROMISE | {"id": "public"}
    return make(
        {"title": "SECRET promise", **hidden},
        [observation("2025", 5.0, scope="SECRET part") | hidden, observation("2024", 4.0)],
        [event("done", "2025-01-01") | {"what": "SECRET event"}],
        [forecast("2025-01-01", "2031", "SECRET office") | {"subject": "public"} | hidden],
        commitments=[public],
        sources=[
            {"key": "hush", "title": "SECRET cable", "publisher": "SECRET", "licence": "internal"}
        ],
        projects=[
            {
                "id": "prj",
                "name": "SECRET project",
                "sector": "energy",
                **TAIL,
                "source": "hush",
                **hidden,
            }
        ],
        culture_days=[
            {"id": "cul", "year": "2025", "level": "none", "note": "SECRET fair", **TAIL, **hidden}
        ],
    )


@pytest.mark.parametrize("form", FORMS)
def test_internal_rows_leave_in_no_form(form: str, tmp_path: Path) -> None:
    target = export(secret(), form, tmp_path / "out")
    files = sorted(target.iterdir()) if target.is_dir() else [target]
    if form == "xlsx":
        book = fastexcel.read_excel(target)
        content = " ".join(
            repr(book.load_sheet(name, header_row=None).to_polars().rows())
            for name in book.sheet_names
        )
    else:
        content = " ".join(file.read_text(encoding="utf-8") for file in files)
    assert "SECRET" not in content
    assert "hush" not in content


@pytest.mark.parametrize("form", FORMS)
def test_two_exports_of_the_same_rows_are_the_same_bytes(form: str, tmp_path: Path) -> None:
    one, other = (
        export(read_packaged(), form, tmp_path / "one"),
        export(read_packaged(), form, tmp_path / "other"),
    )
    if form == "csv":
        assert [file.read_bytes() for file in sorted(one.iterdir())] == [
            file.read_bytes() for file in sorted(other.iterdir())
        ]
    else:
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_packaged_register_comes_back_whole(form: str, tmp_path: Path) -> None:
    target = export(read_packaged(), form, tmp_path / ("out.xlsx" if form == "xlsx" else "out"))
    found = make_register(read_tables(target)[0])
    assert all(found[name].equals(read_packaged()[name]) for name in TABLES)


texts = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"],
        exclude_characters="\ufffe\uffff",
    ),
    min_size=1,
    max_size=30,
) | st.sampled_from([text.strip() for text in FORMULAS])
numbers = st.floats(-1e12, 1e12, allow_nan=False).map(lambda number: number + 0.0)


def with_note(note: str, value: float) -> Register:
    row = observation("2025", 0.0) | {"note": note, "scope": note, "value": repr(value)}
    return make_register({"observations": parse_rows("observations", [row])})


@FEW
@given(texts, numbers)
def test_any_text_and_number_comes_back_from_csv(
    tmp_path_factory: pytest.TempPathFactory, note: str, value: float
) -> None:
    folder = tmp_path_factory.mktemp("csv")
    register = with_note(note, value)
    for name, content in write_tables(register).items():
        (folder / name).write_bytes(content)
    assert read_tables(folder)[0]["observations"].equals(register["observations"])


@FEW
@given(texts, numbers)
def test_any_text_and_number_comes_back_from_excel(
    tmp_path_factory: pytest.TempPathFactory, note: str, value: float
) -> None:
    register = with_note(note, value)
    file = tmp_path_factory.mktemp("xlsx") / "book.xlsx"
    file.write_bytes(write_workbook(register, DAY))
    found = read_tables(file)[0]["observations"]
    assert found.drop("value").equals(register["observations"].drop("value"))
    # Excel keeps 15 to 17 digits; xlsxwriter writes 16.
    assert found["value"][0] == pytest.approx(value, rel=1e-15, abs=0.0)


@pytest.mark.parametrize("value", [3.3333333333333335e-20, 0.1, -123456789.12345679, 1e15, 0.0])
def test_numbers_come_back_from_excel_to_their_last_digit(tmp_path: Path, value: float) -> None:
    file = tmp_path / "book.xlsx"
    file.write_bytes(write_workbook(with_note("note", value), DAY))
    assert read_tables(file)[0]["observations"]["value"][0] == pytest.approx(
        value, rel=1e-15, abs=0.0
    )


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_in_a_text_is_written_as_text(formula: str, tmp_path: Path) -> None:
    cell = formula.strip()
    register = make({"note": cell})
    rows = list(
        csv.DictReader(
            (export(register, "csv", tmp_path / "out") / "commitments.csv").read_text().splitlines()
        )
    )
    assert rows[0]["note"] == f"'{cell}"
    book = tmp_path / "book.xlsx"
    export(register, "xlsx", book)
    with zipfile.ZipFile(book) as archive:
        sheets = [
            archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)


def test_sdmx_rows_have_unique_dimensions_and_every_value(tmp_path: Path) -> None:
    rows = list(
        csv.DictReader(
            io.StringIO(
                export(read_packaged(), "sdmx-csv", tmp_path / "o.csv").read_text(encoding="utf-8")
            )
        )
    )
    assert tuple(rows[0]) == COLUMNS
    assert len({tuple(row[name] for name in DIMENSIONS) for row in rows}) == len(rows) == 191
    assert sorted(float(row["OBS_VALUE"]) for row in rows) == sorted(
        read_packaged()["observations"]["value"]
    )
    assert {row["STRUCTURE"] for row in rows} == {"dataflow"}


@pytest.mark.parametrize(
    ("code", "frequency", "period"),
    [
        ("2025", "A", "2025"),
        ("2025-H2", "S", "2025-S2"),
        ("2025-Q3", "Q", "2025-Q3"),
        ("2025-03", "M", "2025-03"),
        ("2025-03-12", "D", "2025-03-12"),
        ("2025-M01-10", "A", "2025-01-01/P10M"),
        ("2005-01-01/2022-12-31", "A", "2005-01-01/P216M"),
        ("2025-03-01/2025-03-10", "A", "2025-03-01/P10D"),
        ("2025-33", "Q", "2025-Q1"),
        ("2025-41", "S", "2025-S2"),
        ("2024-02-29/2024-02-29", "D", "2024-02-29"),
        ("2025-01-01/2025-12-31", "A", "2025"),
        ("2025-M01-03", "A", "2025-01-01/P3M"),
    ],
)
def test_a_period_has_its_sdmx_code(code: str, frequency: str, period: str) -> None:
    assert time_period(code) == (frequency, period)


def sdmx_rows(register: Register, tmp_path: Path) -> list[dict[str, str]]:
    text = export(register, "sdmx-csv", tmp_path / "o.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("text", ["-5 % in a year", "'quoted", "+ something"])
def test_texts_for_machines_have_no_guard_against_spreadsheets(text: str, tmp_path: Path) -> None:
    row = sdmx_rows(make(observations=[observation("2025", 1.0, scope=text)]), tmp_path)[0]
    assert row["SCOPE"] == text


@pytest.mark.parametrize(
    ("known_on", "shown"),
    [
        ("2026-33", "2026-Q1"),
        ("2026-41", "2026-S2"),
        ("early 2026", "2026-Q1"),
        ("2026-02", "2026-02"),
        ("2026-02-03~", "2026-02-03"),
        ("2026-22", "2026-06-01/P3M"),
    ],
)
def test_the_day_known_is_a_time_of_sdmx(known_on: str, shown: str, tmp_path: Path) -> None:
    row = sdmx_rows(make(observations=[observation("2025", 1.0, known_on=known_on)]), tmp_path)[0]
    assert row["KNOWN_ON"] == shown


def test_oc4ids_holds_every_project_with_its_promises(tmp_path: Path) -> None:
    package = json.loads(
        export(read_packaged(), "oc4ids", tmp_path / "o.json").read_text(encoding="utf-8")
    )
    assert package["version"] == "0.9"
    assert {"uri", "publisher", "publishedDate", "projects"} <= set(package)
    projects = {project["id"]: project for project in package["projects"]}
    assert len(projects) == 23
    railway = projects["transcaspian-prj-horadiz-aghband"]
    assert railway["status"] == "implementation"
    assert {milestone["id"] for milestone in railway["milestones"]} == {
        "com-zang-15mt",
        "com-zang-az-2026",
    }
    assert projects["transcaspian-prj-kurmangazy"]["milestones"][0]["status"] == "met"
    assert {project.get("status") for project in projects.values()} <= {*OC4IDS_STATUSES, None}
    assert "status" not in projects["transcaspian-prj-baku-supsa"]  # idle: no word of the standard


# OC4IDS 0.9, projectStatus.csv, without the deprecated "completed".
OC4IDS_STATUSES = {
    "identification",
    "preparation",
    "implementation",
    "completion",
    "maintenance",
    "decommissioning",
    "decommissioned",
    "cancelled",
}


def project_status(state: str, tmp_path: Path, **more: str) -> str | None:
    row = {"id": "prj", "name": "Project", "sector": "energy", "state": state, **TAIL, **more}
    target = export(make(projects=[row]), "oc4ids", tmp_path / "o.json")
    found = json.loads(target.read_text())["projects"][0].get("status")
    return None if found is None else str(found)


@pytest.mark.parametrize("state", PROJECT_STATES)
def test_a_state_of_work_is_the_status_of_the_standard_or_none(state: str, tmp_path: Path) -> None:
    expected = state if state in OC4IDS_STATUSES else None
    assert project_status(state, tmp_path) == expected


@pytest.mark.parametrize(
    "state",
    [
        "to be launched in 2027",
        "not operating since 2022",
        "to be built after 2030",
        "completed in 2024",
        "opened",
        "Under construction",
        "Implementation",
        "implementation ",
        "canceled",
    ],
)
def test_another_word_for_a_state_of_work_is_refused(state: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        project_status(state, tmp_path)
    assert caught.value.problems[0].column == "state"


def test_words_of_an_older_database_are_no_status(tmp_path: Path) -> None:
    row = {"id": "prj", "name": "Project", "sector": "energy", **TAIL, "finish_actual": "2024"}
    register = make(projects=[row])
    for words, finish, expected in (("launched", None, None), ("launched", "2024", "completion")):
        old = register["projects"].with_columns(
            pl.lit(words).alias("state"), pl.lit(finish, pl.String).alias("finish_actual")
        )
        target = tmp_path / f"{expected}.json"
        export(make_register(dict(register.tables) | {"projects": old}), "oc4ids", target)
        assert json.loads(target.read_text())["projects"][0].get("status") == expected


def test_a_milestone_says_when_it_was_met(tmp_path: Path) -> None:
    package = json.loads(export(read_packaged(), "oc4ids", tmp_path / "o.json").read_text())
    met = {
        milestone["id"]: milestone.get("dateMet")
        for project in package["projects"]
        for milestone in project.get("milestones", [])
        if milestone["status"] == "met"
    }
    assert met["com-kurmangazy"] == "2024-03-12T00:00:00Z"
    assert all(met.values())


def test_iati_results_have_the_target_and_the_figures_of_one_compiler(tmp_path: Path) -> None:
    root = ElementTree.parse(export(read_packaged(), "iati", tmp_path / "o.xml")).getroot()
    assert root.get("version") == "2.03"
    results = {result.findtext("title/narrative"): result for result in root.iter("result")}
    volume = results["TITR volume 5.2 Mt in 2025"]
    assert [target.get("value") for target in volume.iter("target")] == ["5.2"]
    assert {
        comment.split(",")[0]
        for comment in (node.text or "" for node in volume.iterfind(".//actual/comment/narrative"))
    } == {"KZ-MT"}
    assert volume.find("indicator/baseline").get("value") == "4.48"  # type: ignore[union-attr]


def activity(register: Register, tmp_path: Path, day: date = DAY) -> ElementTree.Element:
    export_register(register, "iati", tmp_path / f"{day}.xml", day)
    (found,) = ElementTree.parse(tmp_path / f"{day}.xml").getroot().iter("iati-activity")
    return found


def targets(found: ElementTree.Element) -> dict[str, list[str]]:
    """Return the targets of every period that has one, by its days."""
    return {
        f"{period[0].get('iso-date')}/{period[1].get('iso-date')}": values
        for period in found.iter("period")
        if (values := [str(target.get("value")) for target in period.iter("target")])
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"recurrence": "FREQ=YEARLY;COUNT=2"}, ["2025-01-01/2025-12-31", "2026-01-01/2026-12-31"]),
        ({"due": "2026"}, ["2025-01-01/2025-12-31", "2026-01-01/2026-12-31"]),
        ({}, ["2025-01-01/2025-12-31", "2026-01-01/2026-12-31"]),
        (
            {"recurrence": "FREQ=MONTHLY", "promised_on": "2026-02-10"},
            ["2026-03-01/2026-03-31", "2026-04-01/2026-04-30"],
        ),
        ({"promised_on": "2026-02-10"}, ["2027-01-01/2027-12-31"]),
    ],
)
def test_iati_has_the_target_of_a_duty_in_each_period(
    change: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    duty = {"kind": "recurring", "measure": "flow", "due": "", "recurrence": "FREQ=YEARLY"}
    register = make(duty | {"promised_on": "2024-10"} | change)
    assert targets(activity(register, tmp_path)) == {days: ["10"] for days in expected}


def test_iati_shows_target_and_figure_of_a_year_in_one_period(tmp_path: Path) -> None:
    duty = {"kind": "recurring", "measure": "flow", "due": "", "recurrence": "FREQ=YEARLY"}
    register = make(duty | {"promised_on": "2024-10"}, [observation("2025", 12.0)])
    periods = list(activity(register, tmp_path).iter("period"))
    assert [[node.tag for node in period][2:] for period in periods] == [
        ["target", "actual"],
        ["target"],
    ]


def test_promises_outside_an_instrument_begin_with_the_first_of_them(tmp_path: Path) -> None:
    register = make({"promised_on": "2021-05"}, commitments=[PROMISE | {"id": "other"}])
    for day in (DAY, date(2027, 3, 4)):
        dates = activity(register, tmp_path, day).findall("activity-date")
        assert [(found.get("type"), found.get("iso-date")) for found in dates] == [
            ("2", "2020-01-01")
        ]


def under(state: str, **more: str) -> Register:
    row = {
        "id": "ins",
        "title": "Plan",
        "kind": "plan",
        "parties": "AZ",
        "signed_on": "2019-12-01",
        "field": "transport",
        "state": state,
        **TAIL,
        **more,
    }
    return make({"instrument": "ins"}, instruments=[row])


# Codes of IATI's ActivityStatus: 1 pipeline, 2 implementation, 4 closed, 5 cancelled, 6 suspended.
@pytest.mark.parametrize(
    ("state", "code"),
    list(zip(INSTRUMENT_STATES, ["1", "2", "2", "2", "6", "4", "4", "4", "5"], strict=True)),
)
def test_a_state_of_an_instrument_has_its_iati_status(
    state: str, code: str, tmp_path: Path
) -> None:
    found = activity(under(state), tmp_path).find("activity-status")
    assert found is not None
    assert found.get("code") == code


@pytest.mark.parametrize("state", ["canceled", "Suspended", "terminated", "in force"])
def test_another_state_of_an_instrument_is_refused(state: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        under(state)
    old = under("signed")
    words = old["instruments"].with_columns(pl.lit(state).alias("state"))
    with pytest.raises(RegisterError, match="is no state"):
        activity(make_register(dict(old.tables) | {"instruments": words}), tmp_path)


@pytest.mark.parametrize(
    ("state", "ends_on", "expected"),
    [
        ("in_force", "", [("2", "2019-12-01")]),
        ("in_force", "2025-06-30", [("2", "2019-12-01"), ("3", "2025-06-30")]),
        ("completed", "2025-06-30", [("2", "2019-12-01"), ("4", "2025-06-30")]),
        ("completed", "2028", [("2", "2019-12-01"), ("3", "2028-12-31")]),
        ("draft", "", [("1", "2019-12-01")]),
    ],
)
def test_iati_has_start_and_end_of_an_instrument(
    state: str, ends_on: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    dates = activity(under(state, ends_on=ends_on), tmp_path).findall("activity-date")
    assert [(found.get("type"), found.get("iso-date")) for found in dates] == expected


def test_iati_elements_stand_in_the_order_of_the_standard(tmp_path: Path) -> None:
    order = [
        "iati-identifier",
        "reporting-org",
        "title",
        "description",
        "participating-org",
        "activity-status",
        "activity-date",
        "recipient-region",
        "sector",
        "result",
    ]
    root = ElementTree.parse(export(read_packaged(), "iati", tmp_path / "o.xml")).getroot()
    for activity in root.iter("iati-activity"):
        places = [order.index(child.tag) for child in activity]
        assert places == sorted(places)
        assert [child.tag for child in activity].count("reporting-org") == 1


def test_xml_in_a_text_is_only_a_text(tmp_path: Path) -> None:
    poison = "</narrative><script>&lt;"
    target = export(make({"title": poison}), "iati", tmp_path / "o.xml")
    root = ElementTree.parse(target).getroot()
    assert root.findtext(".//result/title/narrative") == poison


def calendar_events(tmp_path: Path) -> dict[str, icalendar.Event]:
    content = export(read_packaged(), "ical", tmp_path / "o.ics").read_bytes()
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return {str(event["uid"]).split("@")[0]: event for event in events}


def test_the_calendar_has_one_entry_a_promise_with_a_date(tmp_path: Path) -> None:
    events = calendar_events(tmp_path)
    assert events["due-com-zang-az-2026"]["dtstart"].dt == date(2026, 6, 30)
    assert events["in-force-com-zang-az-2026"]["dtstart"].dt == date(2026, 12, 31)
    assert "in-force-com-ports-modern" not in events
    assert "due-com-jim" not in events


def test_single_dates_of_the_calendar_are_those_of_the_due_list(tmp_path: Path) -> None:
    content = export(read_packaged(), "ical", tmp_path / "o.ics").read_bytes()
    prefixes = ("due-", "in-force-")
    calendar = sorted(
        (
            event["dtstart"].dt,
            str(event["uid"]).split("@")[0].removeprefix("due-").removeprefix("in-force-"),
        )
        for event in icalendar.Calendar.from_ical(content).walk("VEVENT")
        if str(event["uid"]).startswith(prefixes)
    )
    items = find_due(read_packaged(), DAY, date(2000, 1, 1), date(2060, 1, 1))
    kinds = {"due", "promised", "in_force"}
    assert calendar == sorted((item.day, item.id) for item in items if item.kind in kinds)
    assert any(item.kind == "in_force" for item in items)


def test_all_days_of_the_calendar_are_dates_without_a_time(tmp_path: Path) -> None:
    for event_ in calendar_events(tmp_path).values():
        assert type(event_["dtstart"].dt) is date
        assert type(event_["dtend"].dt) is date
        for end in event_.get("rrule", {}).get("UNTIL", []):
            assert type(end) is date


def test_culture_days_end_on_the_day_after_their_last(tmp_path: Path) -> None:
    festival = calendar_events(tmp_path)["culture-cul-2024"]
    assert (festival["dtstart"].dt, festival["dtend"].dt) == (date(2024, 9, 24), date(2024, 9, 27))


def test_the_yearly_culture_days_recur_and_name_the_next_host(tmp_path: Path) -> None:
    duty = calendar_events(tmp_path)["round-com-culture-days"]
    assert duty["rrule"]["FREQ"] == ["YEARLY"]
    assert "Azerbaijan" in str(duty["description"])


def test_a_line_break_in_a_text_does_not_make_a_calendar_entry(tmp_path: Path) -> None:
    promise = {
        "title": "Plan\nEND:VEVENT\nBEGIN:VEVENT",
        "measure": "event",
        "target": "",
        "baseline": "",
        "baseline_on": "",
        "unit": "",
        "direction": "",
        "indicator": "",
    }
    content = export(make(promise), "ical", tmp_path / "o.ics").read_bytes()
    assert len(icalendar.Calendar.from_ical(content).walk("VEVENT")) == 1


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "o.json"
    target.write_text("mine")
    with pytest.raises(InputError, match="there already"):
        export_register(read_packaged(), "oc4ids", target, DAY)
    assert target.read_text() == "mine"
    export_register(read_packaged(), "oc4ids", target, DAY, replace=True)
    assert target.read_text() != "mine"
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    with pytest.raises(InputError, match="is a link"):
        export_register(read_packaged(), "iati", tmp_path / "link", DAY, replace=True)
    assert (tmp_path / "victim").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "a\0b", "a\nb", "no/such/folder/x"])
def test_a_target_that_cannot_be_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        export_register(read_packaged(), "iati", Path(name), DAY)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"thesis\.txt"):
        export_register(read_packaged(), "csv", tmp_path / "out", DAY, replace=True)
    assert (tmp_path / "out" / "thesis.txt").read_text() == "mine"


def test_an_export_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = make_register(
        dict(read_packaged().tables) | {"sources": read_packaged()["sources"].head(0)}
    )
    with pytest.raises(KeyError):
        export_register(broken, "oc4ids", tmp_path / "o.json", DAY)
    assert list(tmp_path.iterdir()) == []


def test_every_public_row_is_exported(tmp_path: Path) -> None:
    folder = export(read_packaged(), "csv", tmp_path / "out")
    counts = {
        name: pl.read_csv(folder / f"{name}.csv", infer_schema_length=0).height for name in TABLES
    }
    assert counts == {name: read_packaged()[name].height for name in TABLES}
