"""What the pages are served from, and where: the options of `transcaspian serve`."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["LOOPBACK", "OWN_NAMES", "WebSettings"]

LOOPBACK = "127.0.0.1"
OWN_NAMES = (LOOPBACK, "localhost", "::1")


class WebSettings(BaseModel):
    """Settings of the application; every field is documented in `docs/web.md`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    runs: tuple[Path, ...] = ()
    """Run folders, or folders that hold run folders; the first run is the one shown first."""
    case: str = ""
    """Case of the runs: folder or packaged name. Empty: each run's own, if it is packaged."""
    db: str | None = None
    """Database of the register; the packaged register without it."""
    role: Literal["public", "internal"] = "public"
    """Whether rows of the register that are marked internal are shown."""
    cached_answers: int = 512
    """How many answers are kept ready; 0 for none. Runs never change while they are served."""
    hosts: tuple[str, ...] = ()
    """Further names under which the pages may be asked for, besides those of this machine."""
