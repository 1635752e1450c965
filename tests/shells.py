"""IPython's shells in tests."""

from __future__ import annotations

import atexit
from typing import Any


def end_shell(shell: Any) -> None:
    """End a shell now.

    IPython would keep it until the process ends, and all that its cells made with it;
    hundreds of them take minutes then.
    """
    atexit.unregister(shell.atexit_operations)
    shell.history_manager.end_session()
