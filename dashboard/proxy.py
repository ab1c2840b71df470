"""A reverse proxy for the API, so that a browser that talks to a dashboard apart sees one origin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

# What belongs to one connection and not to the message (RFC 9110, 7.6.1), and what each side sets by itself.
HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
    "upgrade", "host", "x-forwarded-host", "date", "server",
}  # fmt: skip
METHODS = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]
# A long poll is held for up to a minute; all else answers sooner.
TIMEOUT = httpx.Timeout(10.0, read=90.0)


def failure(code: str, message: str, status: int) -> JSONResponse:
    """An error of ours in the shape that all errors of the API have."""
    return JSONResponse({"error": {"code": code, "message": message, "detail": {}}}, status)


class Proxy:
    """Passes requests below a prefix on, headers, cookies and bodies as they are; both ways as a stream.

    Args:
        api: address of the service, "http://monitor:8642"; paths are passed on below it.
    """

    def __init__(self, api: str) -> None:
        self.api = api.rstrip("/")
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        # no cookie jar and no proxies from the environment: what a browser sends is all that is sent
        self.stopping = asyncio.Event()
        self.client = httpx.AsyncClient(timeout=TIMEOUT, limits=limits, trust_env=False, follow_redirects=False)

    async def __call__(self, request: Request) -> Response:
        """The service's answer; 502 in the API's error shape when there is none."""
        headers = [(name, value) for name, value in request.headers.items() if name not in HOP_BY_HOP]
        client = request.client.host if request.client else ""
        headers.append(("x-forwarded-for", client))
        headers.append(("x-forwarded-host", request.headers.get("host", "")))  # the service compares it with Origin
        sized = int(request.headers.get("content-length", "0")) or "transfer-encoding" in request.headers
        url = httpx.URL(self.api + request.scope["path"], query=request.scope["query_string"])
        outgoing = self.client.build_request(
            request.method, url, headers=headers, content=request.stream() if sized else None
        )
        self.client.cookies.clear()
        try:
            answer = await self._unless_stopping(self.client.send(outgoing, stream=True))
        except httpx.TransportError as error:
            return failure("unreachable", f"the service at {self.api} does not answer: {type(error).__name__}", 502)
        if answer is None:
            return failure("stopping", "the dashboard is being stopped", 503)
        response = StreamingResponse(self._body(answer), answer.status_code)
        response.raw_headers = [
            (name.lower(), value) for name, value in answer.headers.raw if name.lower().decode() not in HOP_BY_HOP
        ]
        return response

    async def _unless_stopping(self, asking: Coroutine[Any, Any, httpx.Response]) -> httpx.Response | None:
        """The answer; None when we are stopped before it comes: a long poll must not hold that up."""
        answer, stop = asyncio.ensure_future(asking), asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({answer, stop}, return_when=asyncio.FIRST_COMPLETED)
            return answer.result() if answer.done() else None
        finally:
            stop.cancel()
            answer.cancel()

    @staticmethod
    async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
        try:
            async for part in answer.aiter_raw():  # raw: what is compressed stays so
                yield part
        finally:
            await answer.aclose()

    async def close(self) -> None:
        """Closes all connections to the service."""
        await self.client.aclose()
