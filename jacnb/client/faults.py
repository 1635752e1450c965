"""Faults on purpose: what lessons on reconnecting need, and tests of walkers."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Final, Literal, get_args

from jacnb.errors import ClientError

Way = Literal["in", "out", "both"]

_WAYS: Final = get_args(Way)


class Fault:
    """A fault that is on; as a context manager it ends with its block.

    Args:
        words: What is wrong now, and how to end it.
        undo: Ends it.
    """

    def __init__(self, words: str, undo: Callable[[], None]) -> None:
        self._words = words
        self._undo = undo

    def __enter__(self) -> Fault:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._undo()

    def __repr__(self) -> str:
        return f"<{self._words}>"


class Held:
    """Actions that are held back for a while, in the order they were put."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.jitter = 0.0
        self._actions: deque[tuple[float, Callable[[], None]]] = deque()

    def put(self, now: float, action: Callable[[], None]) -> None:
        """Hold an action back; none overtakes another."""
        due = now + self.seconds + random.uniform(0.0, self.jitter)
        if self._actions:
            due = max(due, self._actions[-1][0])
        self._actions.append((due, action))

    def take(self, now: float = math.inf) -> Callable[[], None] | None:
        """Return the next action that is due, None if there is none."""
        if not self._actions or self._actions[0][0] > now:
            return None
        return self._actions.popleft()[1]

    @property
    def due(self) -> float | None:
        """When the next action is due."""
        return self._actions[0][0] if self._actions else None

    def __len__(self) -> int:
        return len(self._actions)


def check_number(name: str, value: object, above: float | None = None) -> None:
    """Raise if this is no number of seconds or bytes.

    Raises:
        ValueError: If it is none.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    wanted = "of at least 0" if above is None else f"above {above:g}"
    least = 0 if above is None else above
    if not is_number or not math.isfinite(value) or value < least or value == above:  # type: ignore[arg-type,operator]
        raise ValueError(f"{name} is a number {wanted}, not {value!r:.60}")


def check_way(way: object) -> None:
    """Raise if this is no way that messages go.

    Raises:
        ValueError: If it is none.
    """
    if way not in _WAYS:
        raise ValueError(f"way is 'in', 'out' or 'both', not {way!r}")


def not_in_memory(fault: str) -> ClientError:
    """Return the error that tells where this fault can be had."""
    return ClientError(
        f"{fault}() needs a socket, and a client in memory has none: take a client of "
        "jacnb.serve(); in tests, run pytest --jac-network, or mark the test with "
        "@pytest.mark.jac_server(network=True)"
    )
