"""What an explorer's views ask for: each order is answered under its ``nonce``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from jacnb.errors import ClientError, ServerError, WaitTimeoutError
from jacnb.panels.live import Order
from jacnb.panels.pump import Later
from jacnb.panels.sessions import load
from jacnb.panels.sessions_diff import Change, Diff

if TYPE_CHECKING:
    from jacnb.panels.explorer import Explorer

CHUNK: Final = 200_000
"""Characters of one message of a file; Jupyter drops more than 1 MB a second."""
CHUNK_SECONDS: Final = 0.3

PING_SECONDS: Final = 5.0
"""How long a client has time to answer a ping."""

_DIFF_LINES: Final = 400

Aside = Callable[[Callable[[], None]], None]
"""Runs a job that may block."""

Work = Callable[[Order], dict[str, Any] | None]
"""Does what an order says; returns what the view is told."""


def aside(job: Callable[[], None]) -> None:
    """Run a job that may block on a thread of its own; without threads, run it here."""
    thread = threading.Thread(target=job, name="jacnb explorer", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # Pyodide cannot start threads
        job()


class BrowserOrders:
    """Carry out what views ask for.

    Args:
        explorer: The panel.
        later: The pump, the only writer to the browser.
        aside: Where to do what may block.
    """

    def __init__(self, explorer: Explorer, later: Later, aside: Aside) -> None:
        self._explorer = explorer
        self._later = later
        self._aside = aside

    def table(self) -> dict[str, Callable[[Order], None]]:
        """Return what is done for each order."""
        here: dict[str, Work] = {
            "check": self._check,
            "send": self._send,
            "snippet": self._snippet,
            "save": self._save,
            "diff": self._diff,
        }
        away: dict[str, Work] = {
            "open": self._open,
            "close": self._close,
            "drop": self._drop,
            "forget": self._forget,
            "ping": self._ping,
            "replay": self._replay,
        }
        table: dict[str, Callable[[Order], None]] = {}
        table |= {op: partial(self._answer, work) for op, work in here.items()}
        table |= {op: partial(self._answer_aside, work) for op, work in away.items()}
        return table

    def _answer_aside(self, work: Work, order: Order) -> None:
        self._aside(partial(self._answer, work, order))

    def _answer(self, work: Work, order: Order) -> None:
        """Do what was asked for; what comes of it, or the error, goes to the views."""
        try:
            answer = {"error": None, **(work(order) or {})}
        except Exception as error:  # noqa: BLE001 - shown, as no cell would show it
            answer = {"error": str(error) or type(error).__name__}
        answer |= {"op": "answer", "nonce": str(order.get("nonce", ""))}
        self._later(0, partial(self._tell, answer))

    def _tell(self, answer: dict[str, Any]) -> None:
        self._explorer.refresh()
        self._explorer.tell(answer)

    # Messages.

    def _check(self, order: Order) -> dict[str, Any]:
        explorer = self._explorer
        text = explorer.fill_in(_text(order, "text"))
        client = None if order.get("client") is None else self._client(order)
        return {"problems": explorer.problems(text, client)}

    def _send(self, order: Order) -> dict[str, Any]:
        """Send; what the server would refuse only if the order insists."""
        explorer, client = self._explorer, self._client(order)
        text = _text(order, "text")
        if order.get("raw"):
            client.send(text)
            return {"problems": []}
        text = explorer.fill_in(text)
        problems = [] if order.get("anyway") else explorer.problems(text, client)
        if not problems:
            client.send(text)
        return {"problems": problems}

    def _snippet(self, order: Order) -> dict[str, Any]:
        """Write a sent row as code."""
        explorer = self._explorer
        lanes = {each["lane"]: each for each in explorer.source.lanes()}
        lane, text = (
            lanes.get(order.get("lane", -1)),
            explorer.source.text(order["seq"]),
        )
        if lane is None or text is None:
            raise LookupError("this message is no longer kept")
        about = lane["name"], lane["channel_id"], lane["public"]
        return {"text": explorer.written(text, str(order["as"]), *about)}

    # Clients.

    def _open(self, order: Order) -> dict[str, Any]:
        given = {
            name: _text(order, name).strip() or None
            for name in ("user", "channel_id", "token", "url")
        }
        if given["url"] == self._explorer.place["url"]:
            # As it is shown it lacks what the author's address may hold.
            given["url"] = None
        if given["user"] and given["token"]:
            raise ClientError("fill in a user or a token, not both")
        client = self._explorer.connect(**given)
        is_refused = given["token"] is not None and client.info.is_public
        note = "The server did not accept the token: this client is public."
        return {"key": self._explorer.cast.key(client), "note": note * is_refused}

    def _close(self, order: Order) -> None:
        self._client(order).close(order.get("code") or 1000, _text(order, "reason"))

    def _drop(self, order: Order) -> None:
        self._client(order).drop()

    def _forget(self, order: Order) -> None:
        self._explorer.cast.forget(self._client(order))

    def _ping(self, order: Order) -> dict[str, Any]:
        client = self._client(order)
        try:
            return {"rtt": self._explorer.cast.ping(client, PING_SECONDS)}
        except (ServerError, WaitTimeoutError) as error:
            name = self._name(order)
            is_late = isinstance(error, WaitTimeoutError)
            what = f"did not answer a ping within {PING_SECONDS:g} s"
            raise ClientError(f"{name} {what if is_late else 'is gone'}") from None

    def _name(self, order: Order) -> str:
        """Return what the views call the client of an order."""
        actors = self._explorer.named_actors()
        return next(a["name"] for a in actors if a["key"] == order.get("client"))

    def _client(self, order: Order) -> Any:
        return self._explorer.cast.get(order.get("client"))

    # Sessions.

    def _save(self, order: Order) -> dict[str, Any]:
        """Send the session as a file, in parts that Jupyter lets through."""
        text = self._explorer.rows().to_jsonl()
        parts = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
        nonce = str(order.get("nonce", ""))
        for number, part in enumerate(parts):
            told = {"op": "file", "nonce": nonce, "part": number, "text": part}
            job = partial(self._explorer.tell, told | {"parts": len(parts)})
            self._later(number * CHUNK_SECONDS, job)
        return {"parts": len(parts)}

    def _replay(self, order: Order) -> dict[str, Any]:
        explorer = self._explorer
        session = order.get("session") or explorer.rows().to_jsonl()
        done = explorer.replay(session, pace=order.get("pace"))
        return {"sent": done.sent, "notes": list(done.notes)[:20]}

    def _diff(self, order: Order) -> dict[str, Any]:
        """Compare two sessions; one that is not given is what the panel shows."""
        here = self._explorer.rows()
        first, second = (load(order[key]) if order.get(key) else here for key in "ab")
        found = self._explorer.diff(first, second)
        lines = list(found.folded()) if found else []
        shown = [_line(each) for each in lines[:_DIFF_LINES]]
        return {
            "summary": found.summary,
            "lines": shown,
            "more": len(lines) - len(shown),
            "counts": _counts(found),
        }


def _counts(found: Diff) -> dict[str, int]:
    return {
        "missing": len(found.missing),
        "added": len(found.added),
        "changed": len(found.changed),
    }


def _line(each: Change | int) -> dict[str, Any]:
    if isinstance(each, int):
        return {"mark": "hidden", "count": each}
    text = str(each).split("\n")[0][2:]
    return {"mark": each.mark, "text": text, "paths": each.paths, "seq": each.seq}


def _text(order: Order, key: str) -> str:
    value = order.get(key)
    return value if isinstance(value, str) else ""
