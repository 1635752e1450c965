"""The cheapest way this system offers to wait for many sockets."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterable

Poll = Callable[[float], list[tuple[int, int]]]


def poll_for_input(descriptors: Iterable[int]) -> Poll:
    """Return a function that waits (seconds) and lists the readable descriptors.

    `selectors` makes an object per ready socket, which costs as much as the read.
    """
    if hasattr(select, "epoll"):
        epoll = select.epoll()
        for descriptor in descriptors:
            epoll.register(descriptor, select.EPOLLIN)
        return epoll.poll
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return lambda seconds: poll.poll(seconds * 1000)
