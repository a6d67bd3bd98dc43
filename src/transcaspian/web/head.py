"""A question for the headers of a page alone (RFC 9110, 9.3.2): those of the page, without its body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HeadersOnly"]


class HeadersOnly:
    """Answers HEAD as GET with the same status and headers, and sends nothing of the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the question on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_headers(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, send_headers)
