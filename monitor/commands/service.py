"""Asking a service from the command line."""

from __future__ import annotations

from typing import Any

import httpx

from monitor.errors import NashboardError
from monitor.settings import ClientSettings


def ask(settings: ClientSettings, method: str, path: str, body: Any = None, **params: Any) -> Any:
    """The JSON answer of the API, None when it has no body.

    Raises:
        NashboardError: the service can't be reached or refuses; the message is its own.
    """
    headers = {"Authorization": f"Bearer {settings.token}"} if settings.token else {}
    address = f"{settings.server.rstrip('/')}/api/v1/{path}"
    given = {key: value for key, value in params.items() if value not in (None, (), "")}
    try:
        answer = httpx.request(method, address, params=given, json=body, headers=headers, timeout=60)
    except httpx.HTTPError as error:
        raise NashboardError(f"{settings.server} can't be reached: {error}") from None
    if answer.is_error:
        raise NashboardError(f"{settings.server} answered {answer.status_code}: {_said(answer)}")
    return answer.json() if answer.content else None


def _said(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):  # a proxy before it, or no service of ours
        return answer.reason_phrase
