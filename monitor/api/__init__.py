"""The HTTP face: FastAPI app, routers, the live cursor, tokens."""
