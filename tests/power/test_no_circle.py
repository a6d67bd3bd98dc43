import ast
from graphlib import TopologicalSorter
from pathlib import Path

import transcaspian.power

FOLDER = Path(transcaspian.power.__file__).parent
HOME = "transcaspian.power"


def imported(file: Path) -> set[str]:
    """Return the modules of the room that a file imports, in types and functions too."""
    found = (node for node in ast.walk(ast.parse(file.read_text())) if type(node) is ast.ImportFrom)
    return {str(node.module) for node in found if str(node.module).startswith(f"{HOME}.")}


def test_no_module_of_power_imports_another_in_a_circle():
    modules = {
        ".".join((HOME, *file.relative_to(FOLDER).with_suffix("").parts)): imported(file)
        for file in FOLDER.rglob("*.py")
        if file.name != "__init__.py"  # names of the room, for those outside it
    }
    assert f"{HOME}.equations" in modules[f"{HOME}.dispatch"]
    TopologicalSorter(modules).prepare()  # raises CycleError, which names the circle
