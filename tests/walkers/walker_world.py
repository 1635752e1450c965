"""Walkers called as a server calls them, without one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from jacnb.graph import Walker
from jacnb.graph.turns import Turns
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.protocol.hub import Outcome
from jacnb.store import MemoryStore
from jacnb.walkers import Job, Registry, Run, perform, perform_async


@dataclass
class World:
    """Where walkers are called as a server calls them, with what was heard of it."""

    loop: asyncio.AbstractEventLoop
    store: MemoryStore = field(default_factory=MemoryStore)
    turns: Turns = field(default_factory=Turns)
    heard: list[Any] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def job(self, cls: type[Walker], **options: Any) -> Job:
        self.runs.append(Run(cls.__name__, "public", options.pop("client_id", "c1"), 0))
        return Job(
            declaration=Registry(cls).find(cls.__name__),
            fields=options.pop("fields", {}),
            root_id=options.pop("root_id", PUBLIC_ROOT_ID),
            node=options.pop("node", None),
            notify=lambda *what: self.heard.append(what),
            run=self.runs[-1],
            **options,
        )

    def call(self, cls: type[Walker], **options: Any) -> Outcome:
        job = self.job(cls, **options)
        if job.is_async:
            run = perform_async(job, self.store, self.turns)
            return self.loop.run_until_complete(run)
        return perform(job, self.store, self.turns)
