"""``jacnb connect``: a client in the terminal that knows the six events."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from getpass import getpass
from math import isinf
from pathlib import Path
from typing import Any, Final

from jacnb.client import Client, Message, connect
from jacnb.client.transport import State
from jacnb.errors import JacnbError
from jacnb.terminal_commands import Command, parse, verbs
from jacnb.terminal_screen import Screen, is_error

TOKEN_VARIABLE: Final = "JACNB_TOKEN"

LOST: Final = 1
MISTAKEN: Final = 2
INTERRUPTED: Final = 130


def talk(
    url: str,
    *,
    channel_id: str | None = None,
    token: str | None = None,
    email: str | None = None,
    password_file: Path | None = None,
    register: bool = False,
    as_json: bool = False,
    execute: list[str] | None = None,
    wait: float = 0.0,
) -> int:
    """Connect, do what is typed, piped or given, and return the exit status.

    The status is 0, 1 if the connection was lost or (unless at a prompt) an error was
    answered, 2 if a command was none (the rest is not done then), 130 after Ctrl-C.

    Args:
        url: The server, as of `jacnb.connect`.
        channel_id: The channel to listen on.
        token: Who to be; by default what ``JACNB_TOKEN`` says.
        email: Who to log in as instead.
        password_file: Where the password stands; by default it is asked for.
        register: Whether to register the email first.
        as_json: Whether to print messages as JSON, one a line.
        execute: Commands instead of those of stdin.
        wait: Seconds to listen after the last command.

    Raises:
        JacnbError: If there is no connection, in words.
    """
    screen = Screen(as_json)
    who: dict[str, Any] = {"token": token or os.environ.get(TOKEN_VARIABLE) or None}
    if email is not None:
        password = _password(email, password_file)
        who = {"email": email, "password": password, "register": register}
    try:
        with _warnings_on(screen):
            client = connect(url, channel_id=channel_id, **who)
    except ValueError as exc:
        raise JacnbError(str(exc)) from None
    except KeyboardInterrupt:
        return INTERRUPTED
    return Terminal(client, screen).run(execute, wait)


class Terminal:
    """A client whose messages are printed and whose commands are lines.

    Args:
        client: The client; closed at the end.
        screen: Where its messages go.
    """

    def __init__(self, client: Client, screen: Screen) -> None:
        self._client = client
        self._screen = screen
        self._ended = threading.Event()
        self._is_leaving = False
        self._typing = threading.Event()
        self._has_failed = False

    def run(self, execute: list[str] | None, wait: float) -> int:
        """Do these commands, or those of stdin; return the exit status."""
        try:
            self._listen()
            if execute is None and sys.stdin.isatty() and sys.stdout.isatty():
                return self._converse()
            return self._work_off(sys.stdin if execute is None else execute, wait)
        except KeyboardInterrupt:
            return LOST if self._ended.is_set() else INTERRUPTED
        finally:
            self._is_leaving = True
            self._client.close()
            _flush(self._screen)

    def _listen(self) -> None:
        self._client.on_state(self._state_changed)
        self._screen.show(self._client.messages[0])
        self._client.on_message(self._show)
        self._client.on_sent(self._show)
        if not self._client.is_open:
            self._state_changed("closed")
            return
        # After this it is known whether the server echoes ids, so that no answer to
        # what is typed can be taken for that to a later `sync`.
        with suppress(JacnbError):
            self._client.sync()

    # At a prompt.

    def _converse(self) -> int:
        client, screen = self._client, self._screen
        _prepare_readline()
        screen.say(f"{client.name} on {client.channel_id!r} at {client.url}; try help")
        while not self._ended.is_set():
            self._typing.set()
            try:
                line = screen.ask(f"{client.name}> ")
            except (EOFError, KeyboardInterrupt) as exc:
                self._typing.clear()
                screen.say("\n")
                if isinstance(exc, EOFError):
                    return 0
                raise
            self._typing.clear()
            if self._attempt(line) == "quit":
                return 0
        return LOST

    def _attempt(self, line: str) -> str | None:
        """Do what was typed; what is wrong with it is said."""
        try:
            command = parse(line)
            if command is not None:
                self._do(command)
            return command.verb if command is not None else None
        except JacnbError as exc:
            self._screen.say(str(exc), "error")
            return None

    # From a pipe.

    def _work_off(self, lines: Iterable[str], wait: float) -> int:
        for line in lines:
            try:
                command = parse(line)
            except JacnbError as exc:
                self._screen.say(str(exc), "error")
                return MISTAKEN
            if command is not None and command.verb == "quit":
                break
            if not self._is_done(command):
                return LOST
        if not self._is_done(Command("wait", _sync, wait)):
            return LOST
        is_lost = self._ended.is_set() or self._screen.is_broken
        return LOST if self._has_failed or is_lost else 0

    def _is_done(self, command: Command | None) -> bool:
        try:
            if command is not None:
                self._do(command)
        except JacnbError as exc:
            self._screen.say(str(exc), "error")
            return False
        return not self._screen.is_broken

    # Both.

    def _do(self, command: Command) -> None:
        with _warnings_on(self._screen):
            said = command.act(self._client)
        if said:
            self._screen.say(said)
        if command.seconds:
            seconds = command.seconds
            self._ended.wait(None if isinf(seconds) else seconds)

    def _show(self, message: Message) -> None:
        if message.is_fence:
            return
        self._has_failed = self._has_failed or is_error(message)
        self._screen.show(message)
        if self._screen.is_broken:
            self._ended.set()

    def _state_changed(self, state: State) -> None:
        if state != "closed" or self._is_leaving or self._ended.is_set():
            return
        self._ended.set()
        self._screen.say(_why_closed(self._client), "error")
        threading.Thread(target=self._interrupt_typing, daemon=True).start()

    def _interrupt_typing(self) -> None:
        """End the wait for a line: there is nobody to send it to."""
        main = threading.main_thread().ident
        # Where there are no such signals, the prompt goes at the next line.
        if main is None or not hasattr(signal, "pthread_kill"):
            return
        # Again and again: a signal just before the wait begins does not end it.
        while not self._is_leaving:
            if self._typing.is_set():
                signal.pthread_kill(main, signal.SIGINT)
            time.sleep(0.1)


def _sync(client: Client) -> None:
    """Wait for all that the commands led to."""
    client.sync(timeout=None)


def _why_closed(client: Client) -> str:
    try:
        client.send("")  # a client that is closed says so instead
    except JacnbError as exc:
        return str(exc)
    return "the connection is closed"


def _password(email: str, path: Path | None) -> str:
    if path is None:
        return getpass(f"Password of {email}: ")
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise JacnbError(f"cannot read the password: {exc}") from None


@contextmanager
def _warnings_on(screen: Screen) -> Iterator[None]:
    """Say warnings in a line of their own, without the line of code."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        try:
            yield
        finally:
            for warning in found:
                screen.say(str(warning.message), "error")


def _prepare_readline() -> None:
    """Edit lines, recall earlier ones and complete commands where that exists."""
    with suppress(ImportError):
        import readline

        is_libedit = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind(
            "bind ^I rl_complete" if is_libedit else "tab: complete"
        )
        readline.set_completer(_completed)
        readline.set_completer_delims(" ")


def _completed(text: str, number: int) -> str | None:
    import readline

    if readline.get_begidx() > 0:
        return None
    fitting = [f"{verb} " for verb in verbs() if verb.startswith(text)]
    return fitting[number] if number < len(fitting) else None


def _flush(screen: Screen) -> None:
    if screen.is_broken:
        # Else Python complains of the broken pipe once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
