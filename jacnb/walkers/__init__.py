"""Walkers as a server offers them: specs, fields, registry, and running one call."""

from __future__ import annotations

from jacnb.walkers.functions import walker
from jacnb.walkers.registry import REGISTRY, Declaration, Registry
from jacnb.walkers.run import Job, Run, perform, perform_async
from jacnb.walkers.socket import WEBSOCKET_MANAGER
from jacnb.walkers.specs import Specs, specs
from jacnb.walkers.uploads import UploadFile

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
