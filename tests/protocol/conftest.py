from __future__ import annotations

import pytest
from hypothesis import settings

# A busy machine is slow, which is no finding.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def core_alone(forbid_threads_and_sockets: None) -> None:
    """This room needs no threads and no sockets."""
