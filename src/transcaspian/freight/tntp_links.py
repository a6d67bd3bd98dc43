"""The links of a TNTP network: headings, cells and what is wrong with them."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from transcaspian.errors import InputError, Problem
from transcaspian.freight.arrays import FloatArray, IntArray
from transcaspian.freight.tntp_text import LARGEST_NUMBER, Line, TntpText, number_of

__all__ = ["LARGEST", "TntpLinks", "read_links"]

LINK_COLUMNS = (
    "init_node", "term_node", "capacity", "length", "free_flow_time", "b", "power", "speed",
    "toll", "link_type",
)  # fmt: skip
NEEDED = LINK_COLUMNS[:7]  # the others may be left out
MOST_COLUMNS = 10  # of a file whose heading does not name more
LARGEST = 1e100  # of any figure but a capacity: sums of products stay finite
# Other words for our columns, without spaces, underscores and what stands in brackets.
WORDS: Mapping[str, str] = {
    word: column
    for column, words in {
        "init_node": "initnode init tail tailnode from fromnode anode inode startnode",
        "term_node": "termnode term head headnode to tonode bnode jnode endnode",
        "capacity": "capacity cap totalcapacity",
        "length": "length len distance dist",
        "free_flow_time": "freeflowtime freeflowtraveltime fftt fft ftime time freetime t0",
        "b": "b alpha",
        "power": "power beta exponent",
        "speed": "speed speedlimit ffspeed freeflowspeed freespeed",
        "toll": "toll tolls",
        "link_type": "linktype type",
    }.items()
    for word in words.split()
}
SHARE_KNOWN = 0.6  # of the words of a comment that make it a heading
SHOWN = 60  # letters of a cell in a message


@dataclass(frozen=True, slots=True)
class TntpLinks:
    """Columns of the links by name, and the lines they stand in; `toll` is None where none is given."""

    columns: Mapping[str, FloatArray]  # each [n_link]
    row: IntArray  # [n_link]
    has_toll: bool


@dataclass(frozen=True, slots=True)
class _Heading:
    """Which column stands where; `count` is the number of cells, 0 where no heading says so."""

    place: Mapping[str, int]
    count: int


USUAL = _Heading({name: place for place, name in enumerate(LINK_COLUMNS)}, 0)


def read_links(text: TntpText) -> TntpLinks:
    """Return the links; InputError lists every line that is wrong."""
    problems: list[Problem] = []
    lines, heading = _find_heading(text, problems)
    rows: list[list[float]] = []
    numbers: list[int] = []
    for line in lines:
        values = _values(text.name, line, heading, problems)
        if values is not None:
            rows.append(values)
            numbers.append(line.number)
    shape = _check_shape(text.name, rows, numbers, heading)
    problems += shape
    ragged = {problem.row for problem in shape}
    for number, values in zip(numbers, rows, strict=True):
        if number not in ragged:
            problems += _check_link(text.name, number, _link(values, heading))
    expected = text.count("NUMBER OF LINKS")
    if not problems and not rows:
        problems.append(Problem(text.name, 0, "", "There are no links.", "Add a line for each."))
    if not problems and expected is not None and len(rows) != expected:
        message = f"It says {expected}, the file has {len(rows)}."
        problems.append(
            text.problem("NUMBER OF LINKS", message, "Correct the number or add the links.")
        )
    if problems:
        problems.sort(key=lambda problem: problem.row)
        raise InputError("The TNTP network cannot be read.", problems)
    table = np.array(rows, dtype=np.float64)
    has = {name: heading.place.get(name, table.shape[1]) < table.shape[1] for name in LINK_COLUMNS}
    columns = {
        name: np.ascontiguousarray(table[:, heading.place[name]])
        if has[name]
        else np.zeros(len(rows))
        for name in LINK_COLUMNS
    }
    return TntpLinks(columns, np.array(numbers, dtype=np.int64), has["toll"])


def _find_heading(text: TntpText, problems: list[Problem]) -> tuple[list[Line], _Heading]:
    """Return the lines of links, and the heading that stands before them or the original one."""
    links: list[Line] = []
    found: Line | None = None
    for line in text.lines:
        if line.text.strip(" \t;"):
            if not links and found is None and not _has_number(line.text):
                found = Line(line.number, "", line.text)
                if not _is_heading(found.comment):
                    message = f"{line.text.strip()[:SHOWN]!r} is neither a link nor a heading."
                    cure = f"Begin a comment by ~; a heading has {', '.join(LINK_COLUMNS)}."
                    problems.append(Problem(text.name, line.number, "", message, cure))
                continue
            links.append(line)
        elif not links and _is_heading(line.comment):
            found = line
    if found is None and text.heading is not None and _is_heading(text.heading.comment):
        found = text.heading
    if found is None or problems:
        return links, USUAL
    return links, _read_heading(text.name, found, problems)


def _is_heading(comment: str) -> bool:
    """Say whether a comment names columns: words for both nodes and for most others, or many cells."""
    cells = _heading_cells(comment)
    if any(number_of(cell) is not None for cell in cells):
        return False
    known = [WORDS[_word(cell)] for cell in cells if _word(cell) in WORDS]
    if {"init_node", "term_node"} <= set(known) and len(known) >= SHARE_KNOWN * len(cells):
        return True
    # Cells apart from each other like those of a table, under words that may not be ours.
    return len(cells) >= len(NEEDED) and "\t" in comment.strip(" \t;")


def _heading_cells(comment: str) -> list[str]:
    """Return the words of a heading: between tabs or several spaces, else between spaces."""
    bare = comment.strip(" \t;.")
    apart = [cell.strip() for cell in re.split(r"\t|  +", bare) if cell.strip(" ;")]
    return apart if len(apart) > 2 else bare.replace(";", " ").split()


def _word(cell: str) -> str:
    return re.sub(r"[\s_-]|\([^()]*\)|\[[^][]*\]", "", cell).lower()


def _read_heading(file: str, line: Line, problems: list[Problem]) -> _Heading:
    """Return where the columns stand by a heading; one that ends early goes on in the usual order."""
    cells = _heading_cells(line.comment)
    names = [WORDS.get(_word(cell), "") for cell in cells]
    if tuple(names) == LINK_COLUMNS[: len(names)]:
        return _Heading(USUAL.place, len(names) if len(names) >= len(NEEDED) else 0)
    counts = Counter(name for name in names if name)
    for name in NEEDED:
        if counts[name] != 1:
            message = f"The heading names {counts[name] or 'no'} column{'s' * (counts[name] > 1)} for {name}: {', '.join(cells)[:200]}."
            cure = f"Name the columns {', '.join(NEEDED)}, each once."
            problems.append(Problem(file, line.number, name, message, cure))
    for name in LINK_COLUMNS[len(NEEDED) :]:
        if counts[name] > 1:
            message = f"The heading names {counts[name]} columns for {name}."
            problems.append(Problem(file, line.number, name, message, "Keep one of them."))
    if problems:
        return USUAL
    return _Heading({name: names.index(name) for name in LINK_COLUMNS if counts[name]}, len(names))


def _values(
    file: str, line: Line, heading: _Heading, problems: list[Problem]
) -> list[float] | None:
    """Return the numbers of a link's line; what follows the semicolon that ends it is left out."""
    head, _, rest = line.text.partition(";")
    cells, after = head.split(), rest.replace(";", " ").split()
    if len(cells) < len(NEEDED):
        cells, after = cells + after, []
    values: list[float] = []
    for place, cell in enumerate(cells):
        value = number_of(cell)
        if value is None:
            column = next((name for name, at in heading.place.items() if at == place), "")
            message = f"{cell[:SHOWN]!r} is not a number."
            cure = f"A link has {', '.join(LINK_COLUMNS)}."
            problems.append(Problem(file, line.number, column, message, cure))
            return None
        values.append(value)
    if after and all(number_of(cell) is not None for cell in after):
        message = f"More follows the semicolon: {' '.join(after)[:SHOWN]!r}."
        cure = "Give each link a line of its own, and write words behind ~."
        problems.append(Problem(file, line.number, "", message, cure))
        return None
    return values


def _has_number(text: str) -> bool:
    return any(number_of(cell) is not None for cell in text.replace(";", " ").split())


def _check_shape(
    file: str, rows: list[list[float]], numbers: list[int], heading: _Heading
) -> list[Problem]:
    """Return the lines that have too few or too many numbers, or others than most lines have."""
    least = max(heading.place[name] for name in NEEDED) + 1
    most = max(MOST_COLUMNS, heading.count)
    problems = [
        Problem(
            file,
            number,
            "",
            f"There are {len(values)} numbers, not {least} to {most}.",
            f"A link has {', '.join(LINK_COLUMNS)}; costs that depend on other links cannot be read.",
        )
        for number, values in zip(numbers, rows, strict=True)
        if not least <= len(values) <= most
    ]
    usual = Counter(len(values) for values in rows).most_common(1)[0][0] if rows else 0
    return problems or [
        Problem(
            file,
            number,
            "",
            f"There are {len(values)} numbers, but {usual} on most lines.",
            "Fill the cell that is missing, or take away the one that is too many.",
        )
        for number, values in zip(numbers, rows, strict=True)
        if len(values) != usual
    ]


def _link(values: list[float], heading: _Heading) -> dict[str, float]:
    return {name: values[place] for name, place in heading.place.items() if place < len(values)}


def _check_link(file: str, row: int, link: Mapping[str, float]) -> Iterator[Problem]:
    """Yield what is wrong with the numbers of one link."""
    for name, value in link.items():
        rule = _rule_broken(name, value)
        if rule:
            yield Problem(file, row, name, rule, "Correct it.")
    if 0.0 < link["power"] < 1.0 and link["b"] > 0.0:
        message = f"{link['power']:g} lies between 0 and 1: the first vehicle would slow the link without bound."
        yield Problem(file, row, "power", message, "Give 0 (constant) or a power from 1 up.")
    if link["capacity"] == 0.0 and min(link[name] for name in ("b", "power", "free_flow_time")) > 0:
        message = "It is zero although the time depends on it (b above zero)."
        yield Problem(file, row, "capacity", message, "Give a capacity, or set b to 0.")


def _rule_broken(name: str, value: float) -> str:
    if name in ("init_node", "term_node"):
        if math.isfinite(value) and 1.0 <= value <= LARGEST_NUMBER and value == int(value):
            return ""
        return f"Node {value:.17g} is not a whole number from 1 to {LARGEST_NUMBER}."
    if name in ("capacity", "free_flow_time", "b", "power") and not 0.0 <= value < math.inf:
        return f"{value:g} is not a number from 0 up."
    if not math.isfinite(value):
        return f"{value:g} is not a finite number."
    if abs(value) > LARGEST and name != "capacity":
        return f"{value:g} is out of range."
    return ""
