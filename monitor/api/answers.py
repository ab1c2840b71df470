"""Answers and errors: msgspec out, one JSON shape for every error."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from monitor.errors import NashboardError

JSON, MSGPACK = "application/json", "application/msgpack"


def json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer of anything that msgspec knows."""
    return Response(msgspec.json.encode(content), status, headers, JSON)


def failure(code: str, message: str, status: int, detail: dict[str, Any] | None = None) -> Response:
    """The one shape of an error."""
    headers = {}
    if detail and "retry_after" in detail:
        headers["Retry-After"] = str(detail["retry_after"])
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return json({"error": {"code": code, "message": message, "detail": detail or {}}}, status, headers)


def install(app: FastAPI) -> None:
    """Makes every error of `app` come in that shape."""

    @app.exception_handler(NashboardError)
    async def _ours(_: Request, error: NashboardError) -> Response:
        return failure(error.code, error.message, error.status, error.detail)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        names = {404: "not_found", 405: "method_not_allowed"}
        text = {404: f"nothing is at {request.url.path}", 405: f"{request.method} is not allowed at {request.url.path}"}
        message = text.get(error.status_code, str(error.detail))
        answer = failure(names.get(error.status_code, "error"), message, error.status_code)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"{where}={first.get('input')!r} is not allowed: {first['msg']}"
        return failure("invalid_value", message, 422, {"errors": [e["msg"] for e in error.errors()]})

    @app.exception_handler(Exception)
    async def _unexpected(_: Request, error: Exception) -> Response:
        return failure("internal", f"the service failed: {type(error).__name__}", 500)
