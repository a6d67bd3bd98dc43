"""Reads `case.yaml`: a short list of plain settings, and nothing else that YAML can say."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import yaml
from pydantic import ValidationError

from transcaspian.case.parse import NUMBER
from transcaspian.case.read_text import read_text
from transcaspian.case.settings import CaseSettings
from transcaspian.errors import Problem

__all__ = ["SETTINGS_FILE", "read_settings"]

SETTINGS_FILE = "case.yaml"
LONGEST_FILE = 100_000  # characters; the packaged one has two thousand
DEEPEST = 4  # lists of plain values are as deep as a setting goes
LONGEST_SHOWN = 80  # characters of a wrong value
DECIMAL = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})")
Place = tuple[int, str, str]


def read_settings(path: Path, problems: list[Problem]) -> CaseSettings | None:
    """Return the settings of the case in `path`; append every problem, and return None."""
    text = read_text(path, SETTINGS_FILE, "Every case needs one.", problems)
    if text is None:
        return None
    before = len(problems)
    root = _compose(text, problems)
    if root is None or len(problems) > before:
        return None
    problems.extend(Problem(SETTINGS_FILE, *place, "Correct it.") for place in _odd_values(root))
    lines = _lines(root, problems)
    if len(problems) > before:
        return None
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # the latter of a date like 2024-13-45
        problems.append(_not_yaml(error))
        return None
    return _checked(content, lines, problems)


def _compose(text: str, problems: list[Problem]) -> yaml.MappingNode | None:
    """Return the tree of the settings, None where it is none or says more than settings can."""
    if len(text) > LONGEST_FILE:
        message = f"The file has more than {LONGEST_FILE} characters."
        problems.append(Problem(SETTINGS_FILE, 0, "", message, "Keep the settings alone."))
        return None
    try:
        strange = list(_strange_marks(text))
        root = None if strange else yaml.compose(text, yaml.SafeLoader)
    except (yaml.YAMLError, ValueError) as error:
        problems.append(_not_yaml(error))
        return None
    if strange:
        problems.extend(strange)
        return None
    if isinstance(root, yaml.MappingNode):
        return root
    message = "The file holds no 'key: value' lines."
    problems.append(Problem(SETTINGS_FILE, 1, "", message, "Write one setting a line."))
    return None


def _strange_marks(text: str) -> Iterator[Problem]:
    """Yield the first anchor, alias, tag or too deep list: aliases can make a line endless."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        what = ""
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            what = "An anchor (&) or alias (*) stands here."
        elif tag := getattr(event, "tag", None):
            what = f"The tag {_shown(tag)} stands here."
        elif depth > DEEPEST:
            what = f"Lists lie in lists more than {DEEPEST} deep."
        if what:
            line = event.start_mark.line + 1 if event.start_mark is not None else 0
            yield Problem(SETTINGS_FILE, line, "", what, "Write the value itself.")
            return


def _not_yaml(error: Exception) -> Problem:
    if not isinstance(error, yaml.YAMLError):
        message = f"A value can't be read: {str(error)[:LONGEST_SHOWN]}."
        return Problem(SETTINGS_FILE, 0, "", message, "Correct it.")
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else 0
    return Problem(SETTINGS_FILE, line, "", "The file is not valid YAML.", "Correct the line.")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _odd_values(root: yaml.MappingNode) -> Iterator[Place]:
    """Yield values that YAML takes for another one than they look: `yes`, `1:30`, `010`, `2026-13-01`."""
    for key, value in root.value:
        for name, node in _scalars(str(key.value), value):
            kind, text = node.tag.rpartition(":")[2], node.value
            odd = (
                (kind == "bool" and "is read as true or false, which no setting is")
                or (kind == "int" and not DECIMAL.fullmatch(text) and "is no plain whole number")
                or (kind == "float" and not re.fullmatch(NUMBER, text) and "is no plain number")
                or (kind == "timestamp" and not _is_day(text) and "is no day written YYYY-MM-DD")
            )
            if odd:
                yield node.start_mark.line + 1, name, f"{_shown(text)} {odd}."


def _scalars(name: str, node: yaml.Node) -> Iterator[tuple[str, yaml.ScalarNode]]:
    if isinstance(node, yaml.ScalarNode):
        yield name, node
    elif isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            yield from _scalars(f"{name}.{place}", item)
    elif isinstance(node, yaml.MappingNode):
        for _, item in node.value:
            yield from _scalars(name, item)


def _lines(root: yaml.MappingNode, problems: list[Problem]) -> dict[str, int]:
    """Return key → row of each setting; append those that are no word or stand there twice."""
    lines: dict[str, int] = {}
    for node, _ in root.value:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.ScalarNode) or node.tag.endswith(":merge"):
            message = "The name of a setting is a word."
            problems.append(Problem(SETTINGS_FILE, line, "", message, "Correct the line."))
            continue
        key = node.value
        if key in lines:  # YAML would let the last one win
            message = f"The setting stands in row {lines[key]} already."
            problems.append(Problem(SETTINGS_FILE, line, key, message, "Keep one of the two."))
        lines.setdefault(key, line)
    return lines


def _checked(
    content: object, lines: dict[str, int], problems: list[Problem]
) -> CaseSettings | None:
    try:
        return CaseSettings.model_validate(content)
    except ValidationError as error:
        for item in error.errors():
            key = ".".join(str(part) for part in item["loc"])
            line = lines.get(key.split(".")[0], 0)
            # The whole file is no value to show.
            found = "" if isinstance(item["input"], dict) else f" (found {_shown(item['input'])})"
            message = f"{item['msg']}{found}."
            problems.append(Problem(SETTINGS_FILE, line, key, message, "Correct the setting."))
        return None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
