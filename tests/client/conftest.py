from __future__ import annotations

from collections.abc import Iterator

import pytest
from scripted import ScriptedServer


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server that echoes ids, as jacnb does."""
    script = ScriptedServer()
    yield script
    script.stop()


@pytest.fixture
def old_server() -> Iterator[ScriptedServer]:
    """A server that does not echo ids, as jac-cloud."""
    script = ScriptedServer(echoes=False)
    yield script
    script.stop()
