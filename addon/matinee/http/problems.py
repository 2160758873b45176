"""Errors as the wire tells them: RFC 9457 problem details."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from math import ceil

import orjson
from aiohttp import web

from ..errors import InvalidInput, MatineeError, RetryLater, TooManySignIns

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """The body of every error. `code` is stable, `hint` names the next step (may be empty).

    `field` names what was wrong in the input, such as `files.0.priority`; empty when it does not
    apply. `type` is "about:blank": `code` says which problem it is.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str
    field: str


def problem(
    status: int, detail: str, *, code: str = "", hint: str = "", field: str = ""
) -> Problem:
    title = HTTPStatus(status).phrase
    return Problem(
        "about:blank", title, status, detail, code or title.lower().replace(" ", "_"), hint, field
    )


def from_error(error: MatineeError) -> Problem:
    field = error.field if isinstance(error, InvalidInput) else ""
    return problem(error.status, error.message, code=error.code, hint=error.hint, field=field)


def answer(found: Problem, headers: dict[str, str] | None = None) -> web.Response:
    """Return a problem as a response; 401 carries the challenge that RFC 9110 demands."""
    extra = dict(headers or {})
    if found.status == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = "Bearer"
    return web.Response(
        status=found.status,
        body=orjson.dumps(found),
        content_type=CONTENT_TYPE,
        headers=extra,
    )


def answer_error(error: MatineeError) -> web.Response:
    headers = {}
    if isinstance(error, RetryLater | TooManySignIns) and error.after is not None:
        headers["Retry-After"] = str(max(1, ceil(error.after)))
    return answer(from_error(error), headers)


def answer_http(error: web.HTTPException) -> web.Response:
    """Turn one of aiohttp's own refusals into a problem; its headers (Allow, …) stay."""
    words = {
        404: ("There is nothing at this address.", ""),
        405: ("This address does not take this method.", ""),
        413: ("The body is too large.", "Send less at once."),
    }
    detail, hint = words.get(error.status, (error.reason, ""))
    headers = {
        name: value
        for name, value in error.headers.items()
        if name.lower() not in {"content-type", "content-length"}
    }
    return answer(problem(error.status, detail, hint=hint), headers)


def internal() -> Problem:
    """The problem of an unexpected exception: nothing of the inside leaves the house."""
    return problem(
        500,
        "Something went wrong inside Matinee.",
        code="internal_error",
        hint="Try again. If it stays, the log has the details.",
    )
