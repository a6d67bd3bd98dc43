"""One function a page: from a run or the register and a view to a `Page`, without any side effect."""
