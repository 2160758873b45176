"""Schemas of inputs that several resources take."""

from __future__ import annotations

import voluptuous as vol

from ..models.identity import Role

MAX_NAME = 100
NAME = vol.All(
    str,
    vol.Length(min=1, max=MAX_NAME),
    # it begins with a sign that can be seen, and has no control characters
    vol.Match(r"^[^\x00-\x20\x7f\s][^\x00-\x1f\x7f]*\Z", msg="a name without control characters"),
)
ROLE = vol.Coerce(Role)
