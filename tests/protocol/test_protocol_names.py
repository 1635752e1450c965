from __future__ import annotations

import pytest

from jacnb import protocol


@pytest.mark.parametrize("name", protocol.__all__)
def test_every_public_name_is_found(name: str) -> None:
    assert getattr(protocol, name) is not None


def test_an_unknown_name_is_told_so() -> None:
    with pytest.raises(AttributeError, match=r"'jacnb\.protocol'.*'nope'"):
        protocol.nope  # noqa: B018
