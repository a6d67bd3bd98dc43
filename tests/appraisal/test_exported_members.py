import pytest

from transcaspian import appraisal


@pytest.mark.parametrize("name", appraisal.__all__)
def test_every_public_name_loads(name):
    assert getattr(appraisal, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="npvv"):
        appraisal.npvv  # noqa: B018
