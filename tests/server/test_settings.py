from __future__ import annotations

from typing import Any

import pytest

from jacnb.errors import ServerError
from jacnb.server.settings import Settings


def test_settings_that_are_equal_mean_the_same_server() -> None:
    assert Settings(port=8000) == Settings(port=8000)
    assert Settings(port=8000) != Settings(port=8001)


def test_a_secret_is_not_shown() -> None:
    assert "secret" not in repr(Settings(secret=b"s" * 32))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ping_interval": 0}, "ping_interval is a number greater than 0, not 0"),
        ({"ping_timeout": -1}, "ping_timeout is a number greater than 0, not -1"),
        (
            {"max_message_size": "1"},
            "max_message_size is a number greater than 0, not '1'",
        ),
        ({"walker_threads": None}, "walker_threads is a number greater than 0, not N"),
        (
            {"token_lifetime": float("nan")},
            "token_lifetime is a number greater than 0, not nan",
        ),
        ({"order": "bfs"}, "order is 'queue' or 'dfs', not 'bfs'"),
        ({"port": 65536}, "65536 is no port; 0 picks a free one"),
        ({"port": -1}, "-1 is no port; 0 picks a free one"),
        ({"port": "8000"}, "'8000' is no port; 0 picks a free one"),
        ({"secret": b"short"}, "secret has fewer than 32 bytes"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(
    given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ServerError) as caught:
        Settings(**given)

    assert str(caught.value).startswith(said)
