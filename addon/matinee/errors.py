"""The error tree.

The type says what the caller can do; `code` is stable, `hint` names the next step.

Every error that may reach a person is one of these. The API turns them into RFC 9457 problem
details (`http.problems`), the command line into two lines of text.
"""

from __future__ import annotations


class MatineeError(Exception):
    """Base of all errors that a person may see.

    `code` is a stable identifier in snake_case, `message` one sentence, `hint` the next step
    (may be empty). `status` is the HTTP status that the API answers with.
    """

    status = 500
    default_code = "internal_error"

    def __init__(self, message: str, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint


class RetryLater(MatineeError):
    """It may work later without anybody doing anything: a timeout, a rate limit, a busy peer.

    `after` is the number of seconds to wait before the next try, when that is known.
    """

    status = 503
    default_code = "temporarily_unavailable"

    def __init__(
        self, message: str, *, code: str | None = None, hint: str = "", after: float | None = None
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.after = after


class NotYet(RetryLater):
    """It is being made and will be here soon: nothing is at its address until then."""

    status = 404
    default_code = "not_yet"


class TooManyRequests(RetryLater):
    """Asked too often from one address; `after` says when to ask again."""

    status = 429
    default_code = "too_many_requests"


class AskUser(MatineeError):
    """Somebody has to change or choose something before it can work."""

    status = 409
    default_code = "needs_attention"


class GiveUp(MatineeError):
    """It cannot work, now or later: the input is wrong or the thing does not exist."""

    status = 400
    default_code = "cannot_be_done"


class InvalidInput(GiveUp):
    """What was sent is malformed. `field` is a path such as `files.0.priority`, when known."""

    status = 422
    default_code = "invalid_input"

    def __init__(
        self, message: str, *, code: str | None = None, hint: str = "", field: str = ""
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.field = field


class WrongMediaType(InvalidInput):
    """The body is of a type that this operation does not read."""

    status = 415
    default_code = "wrong_media_type"


class NotFound(GiveUp):
    """There is no such thing, or not any more."""

    status = 404
    default_code = "not_found"


class Conflict(AskUser):
    """The thing is in a state in which this cannot be done."""

    default_code = "conflict"


class NotSignedIn(AskUser):
    """No token, or one that is unknown, expired or revoked."""

    status = 401
    default_code = "not_signed_in"


class TooManySignIns(NotSignedIn):
    """Wrong tokens came too often from one address; `after` says when to try again."""

    default_code = "too_many_sign_ins"

    def __init__(self, message: str, *, hint: str = "", after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.after = after


class NotAllowed(AskUser):
    """The token is good; its role may not do this."""

    status = 403
    default_code = "not_allowed"


class TooLarge(GiveUp):
    """A body, file or answer is over its limit."""

    status = 413
    default_code = "too_large"


class NoSpace(AskUser):
    """The volume has not enough free space."""

    status = 507
    default_code = "no_space"


class VolumeOffline(AskUser):
    """The drive is not mounted, or another one is mounted in its place."""

    status = 409
    default_code = "volume_offline"
