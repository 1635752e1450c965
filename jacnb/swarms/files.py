"""How many files a process may open: each connection is one, or two with its server."""

from __future__ import annotations

import os
from typing import Final

from jacnb.errors import ClientError

_SPARE: Final = 64


def allow_files(wanted: int) -> None:
    """Raise the limit so that so many more files can be opened.

    Raises:
        ClientError: If the system does not allow that many.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    needed = wanted + _open_files() + _SPARE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or needed <= soft:
        return
    if hard != resource.RLIM_INFINITY and needed > hard:
        raise ClientError(
            f"that needs {needed:,} open files and this system allows {hard:,}: take "
            "fewer clients, or raise the limit (ulimit -Hn)"
        )
    try:
        limit = max(needed, hard) if hard != resource.RLIM_INFINITY else needed
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    except (OSError, ValueError):
        raise ClientError(
            f"that needs {needed:,} open files and this system does not allow it: take "
            "fewer clients"
        ) from None


def _open_files() -> int:
    try:
        return len(os.listdir("/dev/fd"))
    except OSError:
        return _SPARE
