"""Whether a question is meant for this server: by the name that its Host header gives.

The server listens on this machine only. A page of a stranger could still read it under a name of
its own that resolves to this machine; a browser then says that name here.
"""

import re
from collections.abc import Iterable

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from transcaspian.errors import InputError
from transcaspian.web.answer import told
from transcaspian.web.settings import OWN_NAMES

__all__ = ["KnownHosts", "OwnNamesOnly"]

STRANGE_NAME = (
    "The pages are asked for under a name that is not of this server. Open the address that"
    " `transcaspian serve` printed, or start it with --allow-host and the name."
)
HEADER = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]{2,45})\]|(?P<name>[\w.-]{1,253}))(?::\d{0,5})?", re.ASCII
)
NAME = re.compile(r"[\w.-]{1,253}|[0-9A-Fa-f:.]{2,45}", re.ASCII)


class KnownHosts:
    """The names of this server, in small letters, without ports."""

    def __init__(self, further: Iterable[str] = ()) -> None:
        wrong = [name for name in further if not NAME.fullmatch(name.strip("[]"))]
        if wrong:
            raise InputError(
                f"{', '.join(map(repr, wrong))}: no name of a machine. Give it without http:// and"
                " without a port, such as pages.example.org."
            )
        self._names = {name.strip("[]").lower().rstrip(".") for name in (*OWN_NAMES, *further)}

    def has(self, headers: Iterable[str]) -> bool:
        """Return whether there is one Host header, and it gives one of the names."""
        given = list(headers)
        found = HEADER.fullmatch(given[0]) if len(given) == 1 else None
        if found is None:
            return False
        name = found["six"] or found["name"]
        return name.lower().rstrip(".") in self._names


class OwnNamesOnly:
    """Answers 400, and asks the application nothing, where a question is for another name."""

    def __init__(self, app: ASGIApp, hosts: KnownHosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the question on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if self._hosts.has(request.headers.getlist("host")):
            await self._app(scope, receive, send)
        else:
            await told(request, InputError(STRANGE_NAME), 400)(scope, receive, send)
