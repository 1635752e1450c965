"""Walkers as a server offers them: specs, fields, registry, and running one call.

What runs walkers loads on first use; declaring them does not need it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from jacnb.walkers.functions import walker
from jacnb.walkers.registry import REGISTRY, Declaration, Registry
from jacnb.walkers.socket import WEBSOCKET_MANAGER
from jacnb.walkers.specs import Specs, specs
from jacnb.walkers.uploads import UploadFile

if TYPE_CHECKING:
    from jacnb.walkers.run import Job, Run, perform, perform_async

__all__ = [
    "REGISTRY",
    "WEBSOCKET_MANAGER",
    "Declaration",
    "Job",
    "Registry",
    "Run",
    "Specs",
    "UploadFile",
    "perform",
    "perform_async",
    "specs",
    "walker",
]

_HOMES: Final = dict.fromkeys(("Job", "Run", "perform", "perform_async"), "run")


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
