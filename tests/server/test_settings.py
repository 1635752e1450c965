from __future__ import annotations

from typing import Any

import pytest

from jacnb.errors import ServerError
from jacnb.server.settings import Settings, make_settings


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
        ({"max_message_size": "1"}, "max_message_size is a whole number greater"),
        ({"walker_threads": 1.5}, "walker_threads is a whole number greater than 0"),
        (
            {"token_lifetime": float("nan")},
            "token_lifetime is a number greater than 0, not nan",
        ),
        ({"order": "bfs"}, "order is 'queue' or 'dfs', not 'bfs'"),
        ({"port": 65536}, "port is a port, 0 for a free one, not 65536"),
        ({"port": True}, "port is a port, 0 for a free one, not True"),
        ({"port": "8000"}, "port is a port, 0 for a free one, not '8000'"),
        ({"secret": b"short"}, "secret is bytes, 32 of them or more"),
        ({"secret": "x" * 40}, "secret is bytes, 32 of them or more"),
        ({"host": 5}, "host is a name or an address, not 5"),
        ({"registry": None}, "registry is a jacnb.Registry of walkers, not None"),
        ({"trace": "no"}, "trace is True or False, not 'no'"),
        ({"trusted_hosts": [5]}, "trusted_hosts is a list of names, not (5,)"),
        ({"trusted_origins": 5}, "trusted_origins is a list of origins"),
        ({"prot": 1}, "unknown setting 'prot'; there are host, port"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(
    given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ServerError) as caught:
        make_settings(given)

    assert str(caught.value).startswith(said)


def test_one_name_is_a_list_of_one() -> None:
    assert make_settings({"trusted_hosts": "lab.example"}) == make_settings(
        {"trusted_hosts": ["lab.example"]}
    )
