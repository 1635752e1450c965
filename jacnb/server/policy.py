"""Who may talk to this server: the Host and Origin rules.

A server in a notebook is just what a hostile web page aims at: the page's browser can
reach it. So a foreign page gets nothing, and a name that is rebound to a loopback
address does not make a page a friend.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

_LOCALHOST = "localhost"


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

    def refusal(self, host: str | None, origin: str | None, scheme: str) -> str | None:
        """Return why a request is refused, None if it is welcome.

        Args:
            host: The Host header.
            origin: The Origin header; programs send none.
            scheme: ``http`` or ``https``, as this server was reached.
        """
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
