"""Links in an answer lead where the client is, or where the household says."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from matinee.http.reach import address_for

LAN, SECURE = "http://192.168.1.20:8674", "https://films.example"
TLS = {"X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(
    ("headers", "published", "wanted"),
    [
        ({"Host": "127.0.0.1:8674"}, "", "http://127.0.0.1:8674"),
        ({"Host": "[fd00::1]:8674"}, "", "http://[fd00::1]:8674"),
        ({"Host": "films.example", **TLS}, "", SECURE),
        ({"Host": "films.example", "X-Forwarded-Proto": "https, http"}, "", SECURE),
        ({"Host": "films.example", "X-Forwarded-Proto": "gopher"}, "", "http://films.example"),
        ({"Host": "127.0.0.1:8674"}, f"{LAN}/", LAN),
        ({"Host": "127.0.0.1:8674"}, SECURE, SECURE),
        ({"Host": "other.example", **TLS}, SECURE, SECURE),
        ({"Host": "films.example", **TLS}, LAN, SECURE),  # a secure page refuses plain links
        ({"Host": "a b"}, "", "http://fallback"),
        ({"Host": 'x"><script>'}, "", "http://fallback"),
        ({"Host": "user@films.example"}, "", "http://fallback"),
        ({}, "", "http://fallback"),
    ],
)
def test_addresses(headers: dict[str, str], published: str, wanted: str) -> None:
    request = make_mocked_request("GET", "/", headers=headers)
    assert address_for(request, published, "http://fallback") == wanted
