"""Calls of a host's API, with a token that appears in no message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from tandem.review.comments.errors import BusyError, CommentError, SettingError

_TIMEOUT_SECONDS = (10, 60)
_BUSY = (408, 429, 500, 502, 503, 504)
_LONGEST = 300
"""Characters of what a host says."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Refused(CommentError):  # noqa: N818 - it is an answer, which some callers expect
    """The host does not do it."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """An API that takes and gives JSON.

    Args:
        host: Its name in messages.
        base: Where it is, without a slash at the end.
        token: Sent as a bearer's token, and to nobody else: redirections are not followed.
        accept: The kind of answer that is asked for.
        remedy: What to do if the host does not accept the token.

    Raises:
        SettingError: The token cannot be one, or would be sent in the clear.
    """

    def __init__(
        self, host: str, base: str, token: str, *, remedy: str, accept: str = "application/json"
    ) -> None:
        address = urlsplit(base)
        if address.scheme != "https" and address.hostname not in _LOOPBACK:
            raise SettingError(f"{base}: the token would be sent in the clear; use https://")
        self._host, self._base, self._token, self._remedy = host, base.rstrip("/"), token, remedy
        self._session = requests.Session()
        self._session.headers.update({"Accept": accept, "User-Agent": "tandem"})
        # As an object: of a header alone .netrc would make another one.
        self._session.auth = _Bearer(token)

    def get(self, path: str, **parameters: str | int) -> Any:
        """What is there."""
        return self._call("GET", path, parameters=parameters).json()

    def send(self, method: str, path: str, content: Mapping[str, Any]) -> Any:
        """Change something."""
        return self._call(method, path, content=content).json()

    def pages(self, path: str, **parameters: str | int) -> Iterator[Any]:
        """Everything of a list that comes in pages; each says where the next one is."""
        answer = self._call("GET", path, parameters=parameters)
        while True:
            page = answer.json()
            yield page
            following = answer.links.get("next", {}).get("url")
            if isinstance(page, dict):
                following = page.get("next", following)
            if not following:
                return
            if not following.startswith(f"{self._base}/"):
                raise CommentError(f"{self._host}: the next page is on another host")
            answer = self._call("GET", following.removeprefix(self._base))

    def _call(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        content: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        try:
            answer = self._session.request(
                method,
                f"{self._base}{path}",
                params=parameters,
                json=content,
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except (requests.ConnectionError, requests.Timeout) as error:
            raise BusyError(f"{self._host}: no answer ({type(error).__name__})") from None
        except requests.RequestException as error:
            raise CommentError(f"{self._host}: cannot be asked ({type(error).__name__})") from None
        if 200 <= answer.status_code < 300 and _is_json(answer):
            return answer
        message = f"{self._host}: {method} {path.partition('?')[0]}: {self._said(answer)}"
        status = answer.status_code
        after = answer.headers.get("Retry-After", "")
        if status in _BUSY or (status == 403 and after):
            raise BusyError(message, after_seconds=float(after) if after.isdigit() else None)
        if status in (401, 403, 404):
            message += f"; {self._remedy}"
        raise Refused(message, status=status)

    def _said(self, answer: requests.Response) -> str:
        """The status, and the host's own words on one line."""
        words = str(answer.status_code)
        if 300 <= answer.status_code < 400:
            return f"{words}, it is somewhere else"
        try:
            content = answer.json()
            said = content.get("message") or content.get("error") or ""
            if isinstance(said, dict):
                said = said.get("message", "")
        except (AttributeError, ValueError):
            said = "" if answer.status_code >= 300 else "no JSON"
        text = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", str(said)).strip()[:_LONGEST]
        return f"{words}, {text.replace(self._token, '…')}" if text else words


class _Bearer(requests.auth.AuthBase):
    def __init__(self, token: str) -> None:
        # requests would quote a header that it does not take, with the token in it.
        if not re.fullmatch(r"[!-~]+", token):
            raise SettingError("TANDEM_COMMENT_TOKEN: is no token: it has spaces or other signs")
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _is_json(answer: requests.Response) -> bool:
    try:
        answer.json()
    except ValueError:
        return False
    return True
