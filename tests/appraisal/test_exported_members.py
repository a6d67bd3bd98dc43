import pytest

from transcaspian import appraisal


@pytest.mark.parametrize("name", appraisal.__all__)
def test_every_public_name_loads(name):
    assert getattr(appraisal, name) is not None


def test_no_public_name_stands_twice_or_nowhere():
    homes = [name for names in appraisal._HOMES.values() for name in names]
    assert sorted(homes) == sorted(appraisal.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="npvv"):
        appraisal.npvv  # noqa: B018
