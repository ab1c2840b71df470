"""One tree of errors. Every message names the value that is wrong and what is allowed."""

from __future__ import annotations

from typing import Any


class NashboardError(Exception):
    """The root: catch this to catch everything that Nashboard raises on purpose.

    Attributes:
        code: a stable, machine-readable name; it is the `code` of the HTTP error shape.
        status: the HTTP status that the service answers with.
        detail: further facts, JSON-compatible.
    """

    code = "error"
    status = 500

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class InvalidValue(NashboardError):
    """A value that is not allowed; the message names it and what is allowed."""

    code = "invalid_value"
    status = 422


class InvalidBody(NashboardError):
    """A request body that can't be decoded."""

    code = "invalid_body"
    status = 400


class NotFound(NashboardError):
    """No such run, series, sample or blob."""

    code = "not_found"
    status = 404


class Unauthorized(NashboardError):
    """The token is missing or wrong."""

    code = "unauthorized"
    status = 401


class Forbidden(NashboardError):
    """The token is right but does not give this right (a read token can't ingest)."""

    code = "forbidden"
    status = 403


class BodyTooLarge(NashboardError):
    """A request body over the service's limit."""

    code = "body_too_large"
    status = 413


class QueueFull(NashboardError):
    """The writer's queue is full: come back after `detail["retry_after"]` seconds."""

    code = "queue_full"
    status = 429


class StorageFull(NashboardError):
    """The service's disk can't take the batch: nothing of it was stored, come back later."""

    code = "storage_full"
    status = 507


class DatabaseTooNew(NashboardError):
    """The database was made by a newer Nashboard."""

    code = "database_too_new"


class JournalLocked(NashboardError):
    """Another process owns the journal."""

    code = "journal_locked"


class SettingError(InvalidValue):
    """A setting, given as an argument or in the environment, that is not allowed."""

    code = "invalid_setting"


class Busy(NashboardError):
    """The service can't take it just now (it stops, or another process holds the database): come back later."""

    code = "busy"
    status = 503


class FolderInUse(NashboardError):
    """Another service works in this folder."""

    code = "folder_in_use"


class DatabaseUnusable(NashboardError):
    """The database can't be opened: it is damaged, or not a database, or may not be read."""

    code = "database_unusable"


class NotInstalled(NashboardError):
    """Something optional is needed; the message says what to install."""

    code = "not_installed"

    def __init__(self, what: str, extra: str, module: str) -> None:
        super().__init__(f"{what} need {module}, which is not installed: pip install 'nashboard[{extra}]'")
