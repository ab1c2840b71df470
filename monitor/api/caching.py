"""Answers that never change under their address, and conditional requests."""

from __future__ import annotations

from fastapi import Request

FOR_EVER = "private, max-age=31536000, immutable"


def matches(request: Request, digest: str) -> bool:
    """Whether the client has what carries this ETag already."""
    known = (tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(","))
    return not {"*", f'"{digest}"'}.isdisjoint(known)
