"""The server: a free loopback port, an environment that reaches nothing else, a clean end."""

import errno
import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import Any, Self

_LOOPBACK = "127.0.0.1"
_KEY = "tandem-emulator"
"""Both halves of the credentials: long enough for the SDKs, and nobody's."""
_PROFILE = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")


class PortInUseError(OSError):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        message = f"port {port} of {_LOOPBACK} is in use; choose another one, or 0 for a free one"
        super().__init__(errno.EADDRINUSE, message)

    def __str__(self) -> str:
        return str(self.strerror)


class Emulator:
    """AWS on a loopback port, for as long as the `with` block lasts.

    Args:
        port: Port on 127.0.0.1; 0 chooses a free one.
        account_id: The account everything is created in, 12 digits. Choose the user's own where
            the configuration names it in ARNs or in `allowed_account_ids`.

    Raises:
        PortInUseError: Another program listens on `port`. (On entering the block.)

    Inside the block this process has no `AWS_PROFILE`. What was created is forgotten when the last
    emulator of the process ends: moto keeps its state per process, so two at a time in one account
    see each other's resources.
    """

    _running = 0

    def __init__(self, *, port: int = 0, account_id: str = "123456789012") -> None:
        self._port = port
        self._account_id = account_id

    def __enter__(self) -> Self:
        # Bound before anything else: werkzeug would print its own message and exit the process.
        try:
            listener = socket.create_server((_LOOPBACK, self._port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortInUseError(self._port) from error
        with listener:
            from werkzeug.serving import make_server

            from tandem.emulator.application import RequestHandler, application

            self._port = listener.getsockname()[1]
            self._server = make_server(
                _LOOPBACK,
                self._port,
                application(self._account_id),
                threaded=True,
                request_handler=RequestHandler,
                fd=listener.fileno(),  # werkzeug duplicates it
            )
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="emulator", daemon=True
        )
        # moto itself makes SDK sessions, and they fail where the user's profile does not exist.
        self._profile = {name: os.environ.pop(name) for name in _PROFILE if name in os.environ}
        self._thread.start()
        Emulator._running += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        from moto.core.base_backend import BackendDict

        self._server.shutdown()
        self._thread.join()
        os.environ.update(self._profile)
        Emulator._running -= 1
        if not Emulator._running:
            BackendDict.reset()

    @property
    def endpoint(self) -> str:
        """The address, such as `http://127.0.0.1:40123`."""
        return f"http://{_LOOPBACK}:{self._port}"

    @property
    def account_id(self) -> str:
        """The account everything is created in."""
        return self._account_id

    def environment(self, *, region: str = "us-east-1") -> dict[str, str]:
        """Return the complete environment for a program that shall use this emulator.

        It is this process's own, less everything that could lead to a real account: each `AWS_*`
        variable, and the shared configuration and credentials files. Pass it as it is; laid over
        `os.environ` it would leave the user's `AWS_PROFILE` or `AWS_ENDPOINT_URL_S3` in force.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        unproxied = kept.get("NO_PROXY") or kept.get("no_proxy")
        no_proxy = f"{unproxied},{_LOOPBACK}" if unproxied else _LOOPBACK
        return {
            **kept,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _KEY,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": no_proxy,
            "no_proxy": no_proxy,
        }

    def client(self, service: str, *, region: str = "us-east-1") -> Any:
        """Return a boto3 client of this emulator, whatever the user's AWS settings are."""
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=_KEY,
            aws_secret_access_key=_KEY,
            config=self._client_config,
        )

    @cached_property
    def _session(self) -> Any:
        import boto3  # type: ignore[import-untyped]
        import botocore.session  # type: ignore[import-untyped]

        # In botocore's order: key in the file, environment variable, default, conversion.
        settings = {
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
        # One for all clients: it reads each service's model once.
        return boto3.session.Session(
            botocore_session=botocore.session.Session(session_vars=settings)
        )

    @cached_property
    def _client_config(self) -> Any:
        from botocore.config import Config  # type: ignore[import-untyped]

        return Config(proxies={})


def serve(port: int, on_ready: Callable[[str], None], *, account_id: str = "123456789012") -> None:
    """Run an emulator in the foreground until SIGINT or SIGTERM; call it from the main thread.

    Args:
        port: Port on 127.0.0.1; 0 chooses a free one.
        on_ready: Called once with the endpoint, when requests are answered.
        account_id: The account everything is created in.

    Raises:
        PortInUseError: Another program listens on `port`.
    """
    # Blocked before the server's threads start, so that they inherit it and only we receive them.
    ending = {signal.SIGINT, signal.SIGTERM}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    try:
        with Emulator(port=port, account_id=account_id) as emulator:
            on_ready(emulator.endpoint)
            signal.sigwait(ending)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
