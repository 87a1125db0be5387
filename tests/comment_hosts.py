"""A server on loopback that keeps the comments of one pull request as each of the hosts does."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tandem.review.comments.command import Kind

TOKEN = "canary-7c1e-token"
ME, OTHER = 7, 8
PAGE = 3
"""Comments of a page, so that few make several."""
LIMITS: dict[Kind, int] = {
    "github": 65_536,
    "gitlab": 1_000_000,
    "bitbucket": 32_768,
    "codecommit": 10_240,
}
Answer = tuple[int, Any]


@dataclass
class Note:
    """A comment that is there."""

    id: int
    author: int
    text: str
    deleted: bool = False


@dataclass
class Asked:
    """A request that came."""

    method: str
    path: str
    authorization: str
    content: Any


@dataclass
class Fault:
    """What goes wrong with the next request that fits."""

    method: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Any = None
    path: str = ""
    """A part of the path that it fits."""
    done: bool = False
    """Whether the host does it all the same, and only its answer is lost."""


@dataclass
class CommentHost:
    """The host of a pull request, number 12 of `acme/pipelines` (`pipelines` at CodeCommit)."""

    kind: Kind
    notes: list[Note] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    base: str = ""

    def note(self, text: str, *, author: int = ME, deleted: bool = False) -> Note:
        """Let somebody have commented."""
        self.notes.append(Note(100 + len(self.notes), author, text, deleted))
        return self.notes[-1]

    def fault(self, method: str, path: str) -> Fault | None:
        """What goes wrong with this request."""
        for number, it in enumerate(self.faults):
            if it.method in (method, "*") and it.path in path:
                return self.faults.pop(number)
        return None

    @property
    def environment(self) -> dict[str, str]:
        """What `tandem comment` is told."""
        told = {"TANDEM_REPOSITORY": "acme/pipelines", "TANDEM_PULL_REQUEST": "12"}
        if self.kind == "codecommit":
            return {
                **told,
                "TANDEM_REPOSITORY": "pipelines",
                "TANDEM_BEFORE_COMMIT": "b" * 40,
                "TANDEM_AFTER_COMMIT": "a" * 40,
            }
        variable = {
            "github": "GITHUB_API_URL",
            "gitlab": "CI_API_V4_URL",
            "bitbucket": "BITBUCKET_API_URL",
        }[self.kind]
        return {**told, "TANDEM_COMMENT_TOKEN": TOKEN, variable: self.base}

    def answer(self, asked: Asked, target: str) -> Answer:
        """Do what is asked for."""
        content = asked.content
        if self.kind == "codecommit":
            return self._codecommit(target.rpartition(".")[2], content)
        if asked.authorization != f"Bearer {TOKEN}":
            return 401, {"message": f"Bad credentials {asked.authorization}"}
        url = urlsplit(asked.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        route: Callable[[str, str, dict[str, str], Any], Answer] = getattr(self, f"_{self.kind}")
        path = url.path.removeprefix("/api/v3")  # as at a server of one's own
        if path == "/api/graphql":
            path = "/graphql"
        return route(asked.method, path, query, content)

    def _github(self, method: str, path: str, _: object, content: Any) -> Answer:
        if (method, path) == ("POST", "/graphql"):
            return 200, self._graphql(content["variables"])
        if (method, path) == ("POST", "/repos/acme/pipelines/issues/12/comments"):
            return 201, {"id": self._add(content["body"]).id}
        if found := re.fullmatch(r"/repos/acme/pipelines/issues/comments/(\d+)", path):
            return self._change(method == "PATCH", int(found[1]), content["body"])
        return 404, {"message": "Not Found"}

    def _graphql(self, told: Mapping[str, Any]) -> Any:
        if (told["owner"], told["name"], told["number"]) != ("acme", "pipelines", 12):
            return {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND"}]}
        start = int(told["after"] or 0)
        nodes = [
            {"databaseId": it.id, "body": it.text, "viewerDidAuthor": it.author == ME}
            for it in self.notes[start : start + PAGE]
        ]
        more = {"endCursor": str(start + PAGE), "hasNextPage": start + PAGE < len(self.notes)}
        comments = {"nodes": nodes, "pageInfo": more}
        return {"data": {"repository": {"pullRequest": {"comments": comments}}}}

    def _gitlab(self, method: str, path: str, query: Mapping[str, str], content: Any) -> Answer:
        notes = "/projects/acme%2Fpipelines/merge_requests/12/notes"
        if (method, path) == ("GET", "/user"):
            return 200, {"id": ME}
        if (method, path) == ("GET", notes):
            return 200, [
                {"id": it.id, "body": it.text, "author": {"id": it.author}, "system": False}
                for it in self._page(query)
            ]
        if (method, path) == ("POST", notes):
            return 201, {"id": self._add(content["body"]).id}
        if found := re.fullmatch(rf"{notes}/(\d+)", path):
            return self._change(method == "PUT", int(found[1]), content["body"])
        return 404, {"error": "404 Not found"}

    def _bitbucket(self, method: str, path: str, query: Mapping[str, str], content: Any) -> Answer:
        comments = "/repositories/acme/pipelines/pullrequests/12/comments"
        if (method, path) == ("GET", comments):
            values = [
                {"id": it.id, "content": {"raw": it.text}, "deleted": it.deleted}
                for it in self._page(query)
            ]
            following = self._next(query)
            more = {"next": f"{self.base}{comments}?page={following}"} if following else {}
            return 200, {"values": values, **more}
        if (method, path) == ("POST", comments):
            return 201, {"id": self._add(content["content"]["raw"]).id}
        if found := re.fullmatch(rf"{comments}/(\d+)", path):
            note = self._of(int(found[1]))
            if note and note.author != ME:
                return 403, {"error": {"message": "Only the author can"}}
            return self._change(method == "PUT", int(found[1]), content["content"]["raw"])
        return 404, {"error": {"message": "Not found"}}

    def _codecommit(self, action: str, content: Any) -> Answer:
        if action == "GetCommentsForPullRequest":
            start = int(content.get("nextToken", 0))
            shown = [
                {"comments": [{"commentId": f"{it.id}", "content": it.text, "deleted": it.deleted}]}
                for it in self.notes[start : start + PAGE]
            ]
            more = {"nextToken": f"{start + PAGE}"} if start + PAGE < len(self.notes) else {}
            return 200, {"commentsForPullRequestData": shown, **more}
        if action == "PostCommentForPullRequest":
            if content["repositoryName"] != "pipelines" or content["pullRequestId"] != "12":
                return 400, {"__type": "PullRequestDoesNotExistException", "message": "None"}
            if len(content["content"]) > LIMITS["codecommit"]:
                return 400, {"__type": "CommentContentSizeLimitExceededException"}
            return 200, {"comment": {"commentId": f"{self._add(content['content']).id}"}}
        note = self._of(int(content["commentId"]))
        if note is None or note.author != ME:
            return 400, {"__type": "CommentNotCreatedByCallerException", "message": "No"}
        note.text = content["content"]
        return 200, {"comment": {"commentId": f"{note.id}"}}

    def _page(self, query: Mapping[str, str]) -> list[Note]:
        start = (int(query.get("page", 1)) - 1) * PAGE
        return self.notes[start : start + PAGE]

    def _next(self, query: Mapping[str, str]) -> int | None:
        page = int(query.get("page", 1))
        return page + 1 if page * PAGE < len(self.notes) else None

    def link(self, path: str) -> str:
        """GitLab's way to say where the next page is."""
        url = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        following = self._next(query)
        if self.kind != "gitlab" or following is None or not url.path.endswith("/notes"):
            return ""
        return f'<{self.base}{url.path}?page={following}>; rel="next"'

    def _of(self, id: int) -> Note | None:
        return next((it for it in self.notes if it.id == id and not it.deleted), None)

    def _add(self, text: str) -> Note:
        assert len(text) <= LIMITS[self.kind], "the host refuses so long a comment"
        return self.note(text)

    def _change(self, is_change: bool, id: int, text: str) -> Answer:
        note = self._of(id)
        if not is_change or note is None:
            return 404, {"message": "Not Found"}
        note.text = text  # whoever wrote it: those who may write comments may at most hosts
        return 200, {"id": id}


@contextmanager
def comment_host(kind: Kind) -> Iterator[CommentHost]:
    """Serve comments for as long as the block lasts."""
    host = CommentHost(kind)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(host))
    host.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(0.01), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(host: CommentHost) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            content = json.loads(self.rfile.read(size)) if size else None
            authorization = self.headers.get("Authorization", "")
            asked = Asked(self.command, self.path, authorization, content)
            host.asked.append(asked)
            fault = host.fault(self.command, self.path)
            if fault is None or fault.done:
                status, answer = host.answer(asked, self.headers.get("X-Amz-Target", ""))
            if fault:
                status, answer = fault.status, fault.content
            body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in (fault.headers if fault else {}).items():
                self.send_header(name, value)
            if link := host.link(self.path):
                self.send_header("Link", link)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = _any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
