"""moto as a web application. Imported when an emulator starts: it imports moto."""

import json
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.test import run_wsgi_app

from tandem.emulator import codebuild, codecommit, codepipeline

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ONE_AT_A_TIME = Lock()
"""moto walks dictionaries that other requests change: "changed size during iteration"."""

_REMEMBERED = 1024
"""Answers kept for SDKs that did not get theirs. They ask again within seconds."""


class _Answer(NamedTuple):
    status: str
    headers: list[tuple[str, str]]
    body: bytes


def application(account_id: str) -> "WSGIApplication":
    """Return moto, mended, as a WSGI application that acts for one account.

    An SDK whose answer is lost repeats the call under the same `amz-sdk-invocation-id`. It gets the
    answer that was lost, as the call is done: otherwise it would be told that what it created
    exists already.
    """
    for service in (codebuild, codecommit, codepipeline):
        service.mend()
    dispatcher = _Dispatcher(create_backend_app)
    answers: OrderedDict[str, _Answer] = OrderedDict()

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account_id
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        with _ONE_AT_A_TIME:
            found = answers.get(call) or _answered(dispatcher, environ)
            if call and found.status.startswith("2"):
                answers[call] = found
                if len(answers) > _REMEMBERED:
                    answers.popitem(last=False)
        start_response(found.status, found.headers)
        return [found.body]

    return answer


def _answered(dispatcher: DomainDispatcherApplication, environ: "WSGIEnvironment") -> _Answer:
    try:
        body, status, headers = run_wsgi_app(dispatcher, environ, buffered=True)
        return _Answer(status, headers.to_wsgi_list(), b"".join(body))
    except Exception as error:
        # A call that moto lacks, or fails at. Its own answer is 500, which every SDK takes for
        # a passing fault and repeats: Terraform for nine minutes. 501 is final.
        message = f"the emulator cannot do this: {error}"
        said = json.dumps({"__type": "NotImplemented", "message": message}).encode()
        described = [("Content-Type", "application/json"), ("Content-Length", str(len(said)))]
        return _Answer("501 Not Implemented", described, said)


class RequestHandler(MotoRequestHandler):
    """Answers in one write, and in silence."""

    # Headers and body together. Written one after the other, some answers are lost under hundreds
    # of parallel requests ("use of closed network connection"); the client repeats the call and is
    # told that the resource exists already.
    wbufsize = 1 << 20

    def log(self, type: str, message: str, *args: object) -> None:
        """Leave the terminal to the command that runs the emulator."""


class _Dispatcher(DomainDispatcherApplication):
    def get_backend_for_host(self, host: str | None) -> object:
        # For a service it does not know, moto prints to standard output, and fails later.
        url = f"http://{host}"
        if "amazonaws.com" in url and not any(p.match(url) for _, p in self.backend_url_patterns):
            raise NotImplementedError(f"there is no {host}")
        return super().get_backend_for_host(host)
