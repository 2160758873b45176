"""Who I am, users, tokens, pairing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass

import voluptuous as vol

from ..errors import Conflict, NotAllowed, NotFound, NotSignedIn
from ..http.inputs import NAME, ROLE
from ..http.middleware import address_of
from ..http.routes import Call, Page, Route
from ..identity import Identity, TokenInfo
from ..models.identity import Caller, Role, User

TAG = "Identity"
_LONGEST_TTL = 10 * 366 * 86400


@dataclass(frozen=True, slots=True)
class Me:
    """The caller: the role is that of the token, never above the user's."""

    user: User
    role: Role
    token_id: str


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was made; `token` is shown this once and never again."""

    token: str
    id: str
    user_id: str
    name: str
    role: Role
    created_at: float
    used_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class Paired:
    """What a device keeps: its token, and who it acts for."""

    token: str
    user: User
    role: Role


@dataclass(frozen=True, slots=True)
class OpenPairing:
    """An invitation: a code to type, or the secret of a link `/#/link/<secret>`, for one device."""

    code: str
    expires_at: float
    link_secret: str
    role: Role
    user_id: str


def routes(identity: Identity) -> list[Route]:
    return [*_users(identity), *_tokens(identity), *_pairing(identity)]


def _users(identity: Identity) -> list[Route]:
    async def me(call: Call) -> Me:
        return Me(call.user.user, call.user.role, call.user.token_id)

    async def everybody(_call: Call) -> Page[User]:
        return Page(identity.users())

    async def create(call: Call) -> User:
        return await identity.create_user(call.body["name"], call.body["role"], call.user)

    async def change(call: Call) -> User:
        body = call.body
        return await identity.change_user(
            call.path["id"], name=body.get("name"), role=body.get("role"), by=call.user
        )

    async def delete(call: Call) -> None:
        await identity.delete_user(call.path["id"], call.user)

    new = vol.Schema({vol.Required("name"): NAME, vol.Optional("role", default="member"): ROLE})
    changes = vol.Schema({vol.Optional("name"): NAME, vol.Optional("role"): ROLE})
    admin, path = Role.ADMIN, "/api/users/{id}"
    return [
        Route("GET", "/api/me", Role.GUEST, me, "Who I am", TAG, returns=Me),
        Route("GET", "/api/users", admin, everybody, "List users", TAG, returns=Page[User]),
        Route(
            "POST", "/api/users", admin, create, "Add a user", TAG,
            body=new, returns=User, status=201, errors=(Conflict,),
        ),
        Route(
            "PATCH", path, admin, change, "Rename a user, or change the role", TAG,
            body=changes, returns=User, errors=(NotFound, Conflict),
        ),
        Route(
            "DELETE", path, admin, delete, "Remove a user, with tokens and watch states", TAG,
            status=204, errors=(NotFound, Conflict),
        ),
    ]  # fmt: skip


def _tokens(identity: Identity) -> list[Route]:
    async def everything(_call: Call) -> Page[TokenInfo]:
        return Page(identity.tokens())

    async def create(call: Call) -> NewToken:
        body = call.body
        user_id = body.get("user_id") or call.user.user.id
        token, info = await identity.create_token(
            user_id, body["name"], body["role"], body["ttl"], call.user
        )
        return NewToken(token, **asdict(info))

    async def revoke(call: Call) -> None:
        if call.path["id"] == call.user.token_id:
            raise Conflict(
                "This is the token of this device.",
                code="own_token",
                hint="Sign out instead.",
            )
        await identity.revoke(call.path["id"], call.user)

    async def give_back(call: Call) -> None:
        with suppress(NotSignedIn):  # as RFC 7009 wants it: what is not valid needs no ending
            known = identity.authenticate(call.body["token"])
            await identity.revoke(known.token_id, call.user)

    new = vol.Schema(
        {
            vol.Required("name"): NAME,
            vol.Optional("role", default="member"): ROLE,
            vol.Optional("user_id"): str,
            vol.Optional("ttl", default=0): vol.All(int, vol.Range(min=0, max=_LONGEST_TTL)),
        }
    )
    return [
        Route(
            "GET", "/api/tokens", Role.ADMIN, everything, "List the tokens of all devices", TAG,
            returns=Page[TokenInfo],
        ),
        Route(
            "POST", "/api/tokens", Role.ADMIN, create, "Make a token", TAG,
            body=new, returns=NewToken, status=201, errors=(NotAllowed, NotFound),
        ),
        Route(
            "DELETE", "/api/tokens/{id}", Role.ADMIN, revoke, "End the token of another device",
            TAG, status=204, errors=(NotFound, Conflict),
        ),
        Route(
            "POST", "/api/tokens/revoke", Role.GUEST, give_back,
            "Give back a token, such as one's own to sign out (RFC 7009)", TAG,
            body=vol.Schema({vol.Required("token"): vol.All(str, vol.Length(max=200))}),
            status=204,
        ),
    ]  # fmt: skip


def _pairing(identity: Identity) -> list[Route]:
    async def open_pairing(call: Call) -> OpenPairing:
        role, user_id = call.body["role"], call.body.get("user_id", "")
        code = identity.open_pairing(role, user_id)
        link = identity.open_link(role, user_id)
        await identity.note("pairing_opened", call.user, role.value)
        return OpenPairing(code.code, code.expires_at, link.code, role, code.user_id)

    async def close_pairing(_call: Call) -> None:
        identity.close_pairing()

    async def pair(call: Call) -> Paired:
        body = call.body
        answer = await identity.pair(body["code"], body["name"], address_of(call.request))
        return _paired(answer)

    async def use_link(call: Call) -> Paired:
        body = call.body
        answer = await identity.use_link(body["secret"], body["name"], address_of(call.request))
        return _paired(answer)

    secret = vol.All(str, vol.Length(max=200))
    invitation = vol.Schema(
        {vol.Optional("role", default="member"): ROLE, vol.Optional("user_id"): str}
    )
    return [
        Route(
            "POST", "/api/pairing", Role.ADMIN, open_pairing,
            "Open a pairing code and a single-use link; they replace those before", TAG,
            body=invitation, returns=OpenPairing, status=201, errors=(NotAllowed, NotFound),
        ),
        Route(
            "DELETE", "/api/pairing", Role.ADMIN, close_pairing,
            "Close the code and the link that are open", TAG, status=204,
        ),
        Route(
            "POST", "/api/pair", None, pair, "Trade a pairing code for a token", TAG,
            body=vol.Schema({vol.Required("code"): secret, vol.Required("name"): NAME}),
            returns=Paired, errors=(NotAllowed,),
        ),
        Route(
            "POST", "/api/pair/link", None, use_link,
            "Trade the secret of a single-use link for a token", TAG,
            body=vol.Schema({vol.Required("secret"): secret, vol.Required("name"): NAME}),
            returns=Paired, errors=(NotAllowed,),
        ),
    ]  # fmt: skip


def _paired(answer: tuple[str, Caller]) -> Paired:
    token, caller = answer
    return Paired(token, caller.user, caller.role)
