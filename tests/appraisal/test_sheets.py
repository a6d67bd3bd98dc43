from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from transcaspian.cli.appraise import app
from transcaspian.report.project_sheet import HEIGHT, WIDTH, SheetContent, draw_sheet, sheet_pdf
from transcaspian.results.theme import NEGATIVE, POSITIVE, format_signed

CONTENT = SheetContent(
    title="Cable & line <A>",
    subtitle="cable",
    headline="Worth it.",
    figures=(("NPV", "12.3"), ("EIRR", "7 %")),
    year=np.arange(2028, 2032),
    income_musd=np.array([0.0, 0.0, 30.0, 40.0]),
    capital_musd=np.array([50.0, 20.0, 0.0, -5.0]),
    swings=(("benefits", -10.0, 30.0), ("delay", 11.0, 12.0)),
    npv_median_musd=12.0,
    gains=tuple((f"party {number}", 40.0 - 5.0 * number) for number in range(20)),
    notes=("Conventions: all of them.",),
)


def texts(svg):
    return [node.text for node in ElementTree.fromstring(svg).iter() if node.tag.endswith("text")]


def bars(svg, colour):
    nodes = ElementTree.fromstring(svg).iter()
    return [node for node in nodes if node.get("fill") == colour and node.tag.endswith("rect")]


def test_words_are_kept_as_they_are():
    assert "Cable & line <A>" in texts(draw_sheet(CONTENT))


def test_everything_stands_on_the_page():
    for node in ElementTree.fromstring(draw_sheet(CONTENT)).iter():
        x, y = float(node.get("x") or 0.0), float(node.get("y") or 0.0)
        assert 0.0 <= x <= WIDTH
        assert 0.0 <= y <= HEIGHT
        assert float(node.get("height") or 1.0) > 0.0


def test_the_longest_bar_is_the_largest_amount():
    svg = draw_sheet(CONTENT)
    # The first box of each colour is the key.
    gained = [float(bar.get("height")) for bar in bars(svg, POSITIVE)[1:]]
    built = [float(bar.get("height")) for bar in bars(svg, NEGATIVE)[1:]]
    assert len(gained) == 2
    assert gained[1] / gained[0] == pytest.approx(40.0 / 30.0, rel=1e-2)
    assert built[0] / gained[1] == pytest.approx(50.0 / 40.0, rel=1e-2)


def test_those_between_the_largest_gains_and_losses_are_added_up():
    words = texts(draw_sheet(CONTENT))
    assert "8 others" in words
    between = sum(value for _, value in CONTENT.gains[6:-6])
    assert words[words.index("8 others") + 1] == format_signed(between)


def test_a_project_without_risk_says_so():
    assert "Nothing is uncertain." in texts(draw_sheet(replace(CONTENT, swings=())))


def test_the_pdf_has_one_page():
    pdf = sheet_pdf(CONTENT)
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Count 1") == 1


def test_appraise_run_writes_a_sheet_a_project(run_folder, tmp_path):
    words = ["run", str(run_folder), "--draws", "1000", "--sheets", str(tmp_path / "sheets")]
    app(words, standalone_mode=False)
    names = sorted(file.name for file in (tmp_path / "sheets").iterdir())
    assert names == ["cable.pdf", "line.pdf"]
