from __future__ import annotations

import pytest

from jacnb import walkers


@pytest.mark.parametrize("name", walkers.__all__)
def test_each_public_name_is_there(name: str) -> None:
    assert getattr(walkers, name) is not None


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        walkers.nothing  # noqa: B018
