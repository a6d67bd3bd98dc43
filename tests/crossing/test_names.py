"""The room's public names."""

import inspect
import types

from transcaspian import crossing


def test_every_public_name_is_there_and_is_no_module_however_often_it_is_asked_for() -> None:
    for _ in range(2):
        for name in crossing.__all__:
            found = getattr(crossing, name)
            assert not isinstance(found, types.ModuleType)
            assert inspect.getdoc(found), name
