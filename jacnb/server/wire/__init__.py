"""WebSocket frames between sockets and the server; all that knows Tornado's insides.

`wire.py` takes connections over from Tornado; `endpoint.py` is one of them, over a
`channel.py`; `frames.py` reads and writes RFC 6455 without a socket; `outbox.py` joins
what one turn sends, `backlog.py` keeps what a peer does not take; `heartbeat.py` pings.
"""

from __future__ import annotations

from jacnb.server.wire.endpoint import Socket
from jacnb.server.wire.frames import encode_frame
from jacnb.server.wire.wire import Wire

__all__ = ["Socket", "Wire", "encode_frame"]
