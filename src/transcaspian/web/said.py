"""Sentences that other rooms make, said again in the reader's language.

The register gives a reason with every status, and a run names its conventions, each as an English
sentence with figures, names and dates in it. Here these sentences are known by their patterns; one
that fits no pattern is somebody's own words (what an event was) and stays as it is.
"""

import re
from functools import cache

from transcaspian.web.view import View
from transcaspian.web.words import mark

__all__ = ["ABOUT", "CONVENTIONS", "REASONS", "about", "conventions", "is_known_reason", "reason"]

# The more special pattern stands first; `figure` is a figure with its compiler and period.
REASONS = (
    mark("Replaced by {by} on {since}."),
    mark("No date was promised; last figure {figure}."),
    mark("No date was promised. Last known: {what}."),
    mark("No date was promised."),
    mark("Due {due}; nothing known from after that day."),
    mark("Due {due}; nothing was ever reported."),
    mark("Due {due}, but {office} gave {given} on {said}."),
    mark("{office} gave {given} on {said}."),
    mark("No start value is given; last figure {figure}."),
    mark("No start value is given."),
    mark("No yearly figure is known."),
    mark("No figure is known."),
    mark("Nothing is known."),
    mark("Only the baseline is known ({figure})."),
    mark("{before} → {last}: {pace} a year where {needed} is needed."),
    mark("Last figure {figure} is {age} days old."),
    mark("Last figure {figure} covers no whole period."),
    mark("{figure}, about {estimate} in the year; the path asks for {expected}."),
    mark("{figure}; the path asks for {expected} by then."),
    mark("{figure}, about {estimate} in the year."),
    mark("{figure}, target {target}."),
    mark("All {count} periods reached {target}."),
    mark("{count} periods are counted."),
    mark("The first round is due by {due}."),
    mark("The first round was due by {due}."),
    mark("Last held {last}, the next is due by {due}."),
    mark("{what}; no period is counted."),
    mark("{figure}, {target} promised"),
    mark("Due {due}."),
)
CONVENTIONS = (
    mark("discounted to {year} (t = 0), headline rate {rate} real, gains of {scope}"),
    mark("all parties in all countries, residents (CO2 and other externalities) and markets beyond the last zone included"),
    mark("parties in the corridor's own countries only"),
    mark("all parties, externalities left out"),
    mark("prices of {year}"),
    mark("horizon from opening: longest life of the members"),
    mark("horizon from opening: {years} years"),
    mark("ramp-up: none"),
    mark("ramp-up: {shares}"),
    mark("at the end the unused share of the assets' life is credited as residual value"),
    mark("at the end nothing is credited as residual value"),
    mark("benefits interpolated between model years and constant outside them"),
    mark("members that wear out earlier are renewed at the same cost, but kept in use where less than a tenth of a life is left to cover"),
)  # fmt: skip
# A figure: value, unit, compiler and period.
FIGURE = re.compile(
    r"(?P<value>[-+]?[\d.]+(?:e[-+]?\d+)?)(?: (?P<unit>[^()]*?))? ?\((?P<where>[^()]*)\)"
)
NUMBER = re.compile(r"(?P<value>[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)(?: (?P<unit>\S.*))?")
ABOUT = (
    mark("{period} against {year}, {scope}"),
    mark("{period} against {year}"),
    mark("value announced for {day}"),
    mark("{commitment} ends"),
)
RATE = re.compile(r"(\d+(?:\.\d+)?)%")
DAY = re.compile(r"\d{4}-\d{2}")
NUMBERS = ("before", "last", "pace", "needed", "estimate", "expected", "target")


def reason(view: View, text: str) -> str:
    """Return a reason of the register in the reader's language."""
    found = _fitting(text, REASONS)
    if found is None:
        return _events(view, text)
    message, parts = found
    return view.t(message, **{name: _part(view, name, part) for name, part in parts.items()})


def about(view: View, text: str) -> str:
    """Return what a contradiction or a date is about in the reader's language."""
    found = _fitting(text, ABOUT)
    if found is None:
        return view.name(text)
    message, parts = found
    return view.t(message, **{name: view.name(part) for name, part in parts.items()})


def is_known_reason(text: str) -> bool:
    """Whether a reason fits a pattern; where not, it is somebody's own words."""
    return _fitting(text, REASONS) is not None


def conventions(view: View, text: str) -> str:
    """Return the conventions of a run in the reader's language."""
    said = []
    for sentence in text.split("; "):
        found = _fitting(sentence, CONVENTIONS)
        if found is None:
            said.append(sentence)
            continue
        message, parts = found
        said.append(view.t(message, **{n: _condition(view, n, part) for n, part in parts.items()}))
    return "; ".join(said)


def _condition(view: View, name: str, part: str) -> str:
    if name == "scope":
        return conventions(view, part)
    rate = RATE.fullmatch(part)
    return view.language.share(float(rate[1]) / 100.0, 2) if name == "rate" and rate else part


def _fitting(text: str, messages: tuple[str, ...]) -> tuple[str, dict[str, str]] | None:
    for message in messages:
        match = _pattern(message).fullmatch(text)
        if match:
            return message, match.groupdict()
    return None


@cache
def _pattern(message: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", message)
    return re.compile(
        "".join(
            f"(?P<{part}>.+{'' if part == 'figure' else '?'})" if place % 2 else re.escape(part)
            for place, part in enumerate(parts)
        )
    )


def _part(view: View, name: str, part: str) -> str:
    if name == "figure":
        promised = _fitting(part, ("{figure}, {target} promised",))
        return reason(view, part) if promised is not None else _figure(view, part)
    if DAY.match(part):
        return view.language.edtf(part)
    return _number(view, part) if name in NUMBERS else part


def _figure(view: View, text: str) -> str:
    match = FIGURE.fullmatch(text)
    if match is None:
        return text
    value = view.language.shortest(float(match["value"]))
    unit = f" {view.word(match['unit'])}" if match["unit"] else ""
    return f"{value}{unit} ({match['where']})"


def _number(view: View, text: str) -> str:
    match = NUMBER.fullmatch(text)
    if match is None:
        return text
    value = view.language.shortest(float(match["value"]))
    sign = "+" if match["value"].startswith("+") else ""
    return f"{sign}{value}{' ' + view.word(match['unit']) if match['unit'] else ''}"


def _events(view: View, text: str) -> str:
    """Return "compiler: status; …" with its statuses translated, anything else as it is."""
    parts = [part.partition(": ") for part in text.removesuffix(".").split("; ")]
    if all(view.is_word(status) for _, _, status in parts):
        return "; ".join(f"{who}: {view.word(status)}" for who, _, status in parts) + "."
    return text
