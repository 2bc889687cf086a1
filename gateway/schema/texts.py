"""Short texts that clients give to be looked for, checked before any vendor is asked."""

from __future__ import annotations

from gateway.errors import BadUserInput

MAX_TEXT = 200


def search_text(text: str | None, argument: str) -> str | None:
    """The text without the blanks around it; raises BadUserInput where nothing can be looked for."""
    clean = None if text is None else text.strip()
    if clean is not None and not readable(clean):
        raise BadUserInput(
            f"{argument.rpartition('.')[2]} has 1 to {MAX_TEXT} printable characters.", argument=argument
        )
    return clean


def readable(text: str) -> bool:
    return 0 < len(text) <= MAX_TEXT and text.isprintable()
