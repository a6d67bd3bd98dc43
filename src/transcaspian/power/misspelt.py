"""Names that are one slip of a finger away from one that would count."""

from collections.abc import Collection

__all__ = ["meant_name"]

SHORTEST = 4  # letters; shorter names are too near each other


def meant_name(name: str, known: Collection[str]) -> str:
    """Return the known name that is one letter more, less, other or moved away; else nothing."""
    if len(name) < SHORTEST or name in known:
        return ""
    return next((other for other in sorted(known) if _is_one_slip(name, other)), "")


def _is_one_slip(one: str, two: str) -> bool:
    if one[0] != two[0]:  # v_nom and i_nom of lines are no s_nom
        return False
    same = next((k for k, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), None)
    if same is None:
        return abs(len(one) - len(two)) == 1
    rest, other = one[same:], two[same:]
    is_moved = rest[:2] == other[:2][::-1] and rest[2:] == other[2:]
    return is_moved or rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]
