"""The web pages: finished runs and the register in a browser, read-only, from one process.

A page is a value (`blocks.Page`) that functions in `pages` make from a run or the register; the
routes parse, call one of them, and answer in the form that was asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transcaspian.web.app import create_app
    from transcaspian.web.settings import WebSettings

__all__ = ["WebSettings", "create_app"]


def __getattr__(name: str) -> Any:
    if name == "create_app":
        from transcaspian.web.app import create_app

        return create_app
    if name == "WebSettings":
        from transcaspian.web.settings import WebSettings

        return WebSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
