"""Wait for a message without taking it from whoever else waits for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from jacnb.client import Client, Message


def wait_for(client: Client, fits: Callable[[Message], bool], seconds: float) -> bool:
    """Return whether such a message has arrived, or does so in time."""
    arrived = Event()

    def note(message: Message) -> None:
        if fits(message):
            arrived.set()

    unsubscribe = client.on_message(note)
    try:
        # After subscribing: what comes in between is seen by both, not by neither.
        if any(fits(message) for message in client.messages):
            return True
        return arrived.wait(seconds) if seconds else False
    finally:
        unsubscribe()
