"""Where labels go on the map: greedy placement by rank, none over another."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Label", "PlacedLabel", "place_labels"]

Box = tuple[float, float, float, float]  # left, top, right, bottom
# Mean advance of a letter over the font size, sans serif; a little generous, so that labels that
# pass here do not touch in wider fonts.
LETTER_WIDTH = 0.56
BOLD = 1.1  # labels of rank 0 are bold
LINE_HEIGHT = 1.1


@dataclass(frozen=True, slots=True)
class Label:
    """A text that belongs to a point; smaller rank is placed first."""

    text: str
    x: float
    y: float
    rank: int
    radius: float = 3.0


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A text with the place of its baseline and the side it grows from."""

    text: str
    x: float
    y: float
    anchor: str
    rank: int


# Direction from the point, and the side of the text that touches it.
_SIDES = (
    (1.0, 0.0, "start"),
    (-1.0, 0.0, "end"),
    (0.0, -1.0, "middle"),
    (0.0, 1.0, "middle"),
    (0.75, -0.85, "start"),
    (0.75, 0.85, "start"),
    (-0.75, -0.85, "end"),
    (-0.75, 0.85, "end"),
)


def place_labels(
    labels: Sequence[Label], frame: Box, size: float, taken: Sequence[Box] = ()
) -> list[PlacedLabel]:
    """Return the labels that fit into the frame without touching each other.

    Each label tries eight places around its point, best first those that hide no other point; a
    label without any free place is left out (its point keeps its title). `taken` stays free.
    """
    points = [
        (label.x - label.radius, label.y - label.radius, label.x + label.radius, label.y + label.radius)
        for label in labels
    ]  # fmt: skip
    boxes = list(taken)
    placed: list[PlacedLabel] = []
    for label in sorted(labels, key=lambda item: (item.rank, item.text, item.x)):
        tries = [_try(label, side, size) for side in _SIDES]
        free = [
            (spot, box)
            for spot, box in tries
            if _inside(box, frame) and not any(_overlap(box, other) for other in boxes)
        ]
        if not free:
            continue
        spot, box = min(free, key=lambda item: sum(_overlap(item[1], point) for point in points))
        boxes.append(box)
        placed.append(spot)
    return placed


def _try(label: Label, side: tuple[float, float, str], size: float) -> tuple[PlacedLabel, Box]:
    right, down, anchor = side
    weight = BOLD if label.rank == 0 else 1.0
    width, height = LETTER_WIDTH * weight * size * len(label.text), LINE_HEIGHT * size
    gap = label.radius + 0.3 * size
    x = label.x + right * gap
    middle = label.y + down * (gap + (0.4 * height if right == 0 else 0.0))
    left = {"start": x, "end": x - width, "middle": x - width / 2}[anchor]
    box = (left, middle - height / 2, left + width, middle + height / 2)
    return PlacedLabel(label.text, x, middle + 0.35 * size, anchor, label.rank), box


def _inside(box: Box, frame: Box) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _overlap(first: Box, second: Box) -> bool:
    return (
        first[0] < second[2]
        and second[0] < first[2]
        and first[1] < second[3]
        and second[1] < first[3]
    )
