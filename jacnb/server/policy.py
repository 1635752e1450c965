"""Who may talk to this server: the Host and Origin rules.

A server in a notebook is just what a hostile web page aims at: the page's browser can
reach it. So a foreign page gets nothing, and a name that is rebound to a loopback
address does not make a page a friend.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

from jacnb.errors import ServerError

TRUSTED_PAGES: Final = 32
"""Pages that are trusted at a time; one more takes the place of the oldest."""

_LOCALHOST = "localhost"
_HOST: Final = re.compile(r"[a-z0-9._~-]{1,253}(:\d{1,5})?|\[[0-9a-f:.]+\](:\d{1,5})?")
_ORIGIN: Final = re.compile(r"https?://(.+)")


class Policy:
    """The rules of one server.

    Args:
        host: The name or address that the server is bound to.
        trusted_hosts: Further names that clients may call it by.
        trusted_origins: Origins of other pages that may connect.
    """

    def __init__(
        self,
        host: str | None,
        trusted_hosts: Iterable[str] = (),
        trusted_origins: Iterable[str] = (),
    ) -> None:
        self._hosts = {name.lower() for name in trusted_hosts}
        if host:
            self._hosts.add(host.lower())
        self._origins = {origin.lower().rstrip("/") for origin in trusted_origins}
        # Replaced as a whole by other threads, while the loop's looks into it.
        self._trusting = Lock()
        self._pages: tuple[tuple[str, str], ...] = ()

    def trust(self, origin: str, host: str) -> None:
        """Welcome one page, under the one name by which it reaches this server.

        Both together: neither that origin under another name, nor another origin or
        none under that name.

        Args:
            origin: The page's ``location.origin``.
            host: The Host header of what it will send, ``location.host``.

        Raises:
            ServerError: If they are no origin of a page and no host.
        """
        page = _page(origin, host)
        with self._trusting:
            others = [old for old in self._pages if old != page]
            self._pages = (*others, page)[-TRUSTED_PAGES:]

    def forget_pages(self) -> None:
        """Trust no page any more but by the settings."""
        self._pages = ()

    def refusal(self, host: str | None, origin: str | None, scheme: str) -> str | None:
        """Return why a request is refused, None if it is welcome.

        Args:
            host: The Host header.
            origin: The Origin header; programs send none.
            scheme: ``http`` or ``https``, as this server was reached.
        """
        if origin and host and (origin.lower(), host.lower()) in self._pages:
            return None
        if not self._is_host_known(host):
            return "Host not allowed: add it to trusted_hosts"
        if origin is None or self._is_origin_known(origin, host or "", scheme):
            return None
        return "Origin not allowed: add it to trusted_origins"

    def _is_host_known(self, host: str | None) -> bool:
        name = _host_name(host or "")
        return name == _LOCALHOST or name in self._hosts or _is_ip(name)

    def _is_origin_known(self, origin: str, host: str, scheme: str) -> bool:
        if "," in origin:
            # Given twice: no browser does that.
            return False
        origin = origin.lower()
        if origin in self._origins or origin == f"{scheme}://{host.lower()}":
            return True
        name = _host_name(origin.partition("://")[2])
        return name == _LOCALHOST or (_is_ip(name) and ip_address(name).is_loopback)


def _page(origin: object, host: object) -> tuple[str, str]:
    """Return a page's origin and the host it calls, both in lower case.

    Raises:
        ServerError: If they are not what a browser sends.
    """
    if isinstance(origin, str) and isinstance(host, str):
        page = origin.lower().rstrip("/"), host.lower()
        found = _ORIGIN.fullmatch(page[0])
        if found and _HOST.fullmatch(found[1]) and _HOST.fullmatch(page[1]):
            return page
    raise ServerError(
        "a page is trusted by its origin and host, such as 'https://hub.example' and "
        "'hub.example'"
    )


def _host_name(host: str) -> str:
    """Return the lower-case name in ``name:port`` or ``[v6]:port``, empty if none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
