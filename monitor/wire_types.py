"""What numbers and names may be, wherever they travel."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

MAX_STEP = 2**53 - 1  # the largest integer that JavaScript, JSON and every database here hold exactly

Step = Annotated[int, Meta(ge=0, le=MAX_STEP)]
RunId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
SenderId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Size = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Label = Annotated[int, Meta(ge=0, le=9_999)]
LabelName = Annotated[str, Meta(max_length=100)]
