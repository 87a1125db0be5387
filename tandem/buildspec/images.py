"""Which images commands push and pull: docker, crane, skopeo, kaniko and the AWS CLI.

https://docs.docker.com/reference/cli/docker/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tandem.buildspec.model import Command, Image
from tandem.buildspec.options import Options, options
from tandem.buildspec.references import image
from tandem.deployment.symbols import is_known, symbol

_DOCKER_LIKE = {"docker", "podman", "buildah", "nerdctl", "finch"}
_GLOBAL = [
    ("--config",),
    ("--context", "-c"),
    ("--host", "-H"),
    ("--log-level", "-l"),
    *(
        (name,)
        for name in ("--tlscacert", "--tlscert", "--tlskey", "--namespace", "--storage-driver")
    ),
]
_BUILD = [
    ("--tag", "-t"),
    ("--build-arg",),
    ("--cache-from",),
    ("--cache-to",),
    ("--output", "-o"),
    ("--file", "-f"),
    *((f"--{name}",) for name in ("platform", "target", "builder", "secret", "ssh", "label")),
    *((f"--{name}",) for name in ("network", "progress", "iidfile", "metadata-file", "add-host")),
    *((f"--{name}",) for name in ("build-context", "memory", "shm-size", "ulimit", "arch")),
]
_PUSH = [
    *((f"--{name}",) for name in ("platform", "creds", "authfile", "digestfile", "sign-by")),
    *((f"--{name}",) for name in ("format", "compression-format", "cert-dir", "encryption-key")),
]
_NEED_NO_DAEMON = {
    *("login", "logout", "version", "--version", "-v", "help", "--help", "context", "manifest"),
    *("search", "compose", "scout", "trust", "plugin"),
}
_OWN_ARGUMENTS = ("BUILDKIT_", "SOURCE_DATE_EPOCH")


class Images:
    """What commands do with images, one command after the other."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """`variables` hold the account and the region, where they are known."""
        self.pushes: list[Image] = []
        self.pulls: list[Image] = []
        self.logs_in = False
        self.logs_in_to_ecr = False
        self.uses_docker = False
        self.base_arguments: dict[str, None] = {}
        self.named_arguments: set[str] = set()
        """Build arguments without a value: docker takes the environment variable's."""
        self._variables = variables
        self._tagged: dict[Image, None] = {}
        self._certain = True

    def see(self, command: Command) -> None:
        """Take in what a command does."""
        self._certain = command.certain
        name, *arguments = command.argv
        tool = name.rpartition("/")[2]
        if tool in _DOCKER_LIKE:
            self._docker(tool, arguments)
        elif tool == "aws":
            self._aws(arguments)
        elif tool in ("crane", "gcrane", "skopeo", "regctl"):
            self._copier(arguments)
        elif tool == "executor" and "kaniko" in name:
            self._kaniko(arguments)
        elif tool in ("dockerd", "dockerd-entrypoint.sh", "docker-compose"):
            self.uses_docker = True

    def _docker(self, tool: str, arguments: Sequence[str]) -> None:
        at = 0
        while at < len(arguments) and arguments[at].startswith("-"):
            valued = any(arguments[at] in names for names in _GLOBAL)
            at += 2 if valued else 1
        words = list(arguments[at:])
        if words[:1] == ["image"]:
            words = words[1:]
        needs_daemon = tool == "docker" and bool(words) and words[0] not in _NEED_NO_DAEMON
        match words:
            case ["login", *_]:
                self.logs_in = True
            case ["compose", verb, *_] if verb not in ("version", "config"):
                needs_daemon = tool == "docker"
            case ["buildx", "imagetools", verb, *rest]:
                needs_daemon = False
                if verb == "create":
                    self._create_manifest(rest)
            case ["buildx", "version" | "ls" | "--help", *_]:
                needs_daemon = False
            case ["buildx" | "builder", "build" | "b", *rest] | ["build" | "bud", *rest]:
                self._build(rest)
            case ["tag", *rest] if len(rest) > 1:
                self._tag(rest[-1])
            case ["pull", *rest] if rest:
                self._pull(rest[-1])
            case ["push", *rest]:
                self._push_command(options(rest, _PUSH))
            case ["manifest", "push", *rest] if rest:
                self._push(options(rest, _PUSH).rest[-1:])
        self.uses_docker = self.uses_docker or needs_daemon

    def _build(self, arguments: Sequence[str]) -> None:
        found = options(arguments, _BUILD)
        for argument in found.of("--build-arg"):
            name, equals, _ = argument.partition("=")
            if not name.startswith(_OWN_ARGUMENTS):
                self.base_arguments[name] = None
            if not equals:
                self.named_arguments.add(name)
        for cache in found.of("--cache-from"):
            fields = _fields(cache)
            if fields.get("type", "registry") == "registry":
                self._pull(fields.get("ref", cache))
        for tag in found.of("--tag"):
            self._tag(tag)
        outputs = [_fields(output) for output in found.of("--output")]
        pushes = bool({"--push", "--push=true"} & found.flags) or any(
            output.get("type") == "registry" or output.get("push") == "true" for output in outputs
        )
        if pushes:
            self._push(found.of("--tag"))
            self._push([name for out in outputs for name in out.get("name", "").split("|") if name])
        for cache in found.of("--cache-to"):
            fields = _fields(cache)
            if fields.get("type") == "registry" and "ref" in fields:
                self._push([fields["ref"]])

    def _push_command(self, found: Options) -> None:
        if not found.rest:
            return
        if {"-a", "--all-tags"} & found.flags:
            repository = found.rest[-1]
            self.pushes += [
                Image(tagged.repository, tagged.tag, None, tagged.certain and self._certain)
                for tagged in self._tagged
                if tagged.repository == repository
            ]
        else:
            # podman and buildah push what is named first, to what is named last.
            self._push(found.rest[-1:])

    def _create_manifest(self, arguments: Sequence[str]) -> None:
        valued = [("--tag", "-t"), ("--file", "-f"), ("--annotation",), ("--builder",)]
        found = options(arguments, [*valued, ("--progress",), ("--platform", "-p")])
        for source in found.rest:
            self._pull(source)
        if "--dry-run" not in found.flags:
            self._push(found.of("--tag"))

    def _copier(self, arguments: Sequence[str]) -> None:
        names = "platform", "src-creds", "dest-creds", "authfile"
        valued: list[tuple[str, ...]] = [(f"--{name}",) for name in names]
        valued += [("--src-authfile",), ("--dest-authfile",), ("--format", "-f"), ("--jobs", "-j")]
        match options(arguments, valued).rest:
            case ["auth", "login", *_] | ["login", *_] | ["registry", "login", *_]:
                self.logs_in = True
            case ["copy" | "cp", source, target] | ["image", "copy", source, target]:
                if not source.startswith(_LOCAL):
                    self._pull(source)
                if not target.startswith(_LOCAL):
                    self._push([target])
            case ["push", _, target]:
                self._push([target])
            case ["tag", source, tag]:
                found = image(source, certain=self._certain)
                if found is not None:
                    self._push([f"{found.repository}:{tag}"])
            case ["pull", source, *_]:
                self._pull(source)

    def _kaniko(self, arguments: Sequence[str]) -> None:
        valued = [("--destination", "-d"), ("--build-arg",), ("--dockerfile", "-f")]
        found = options(arguments, [*valued, ("--context", "-c"), ("--cache-repo",)])
        for argument in found.of("--build-arg"):
            self.base_arguments[argument.partition("=")[0]] = None
        if not {"--no-push", "--no-push=true", "--noPush"} & found.flags:
            self._push(found.of("--destination"))

    def _aws(self, arguments: Sequence[str]) -> None:
        names = "--region", "--registry-id", "--repository-name", "--image-tag", "--profile"
        others = "--output", "--query", "--image-manifest", "--endpoint-url", "--registry-ids"
        found = options(arguments, [(name,) for name in (*names, *others)])
        match found.rest[:2]:
            case ["ecr", "get-login"]:
                self.logs_in = self.logs_in_to_ecr = True
            case ["ecr", "get-login-password" | "get-authorization-token"]:
                self.logs_in_to_ecr = True
            case ["ecr", "put-image"] if found.of("--repository-name") and found.of("--image-tag"):
                region = [*found.of("--region"), self._region()][0]
                account = [*found.of("--registry-id"), self._variable("AWS_ACCOUNT_ID")][0]
                name, tag = found.of("--repository-name")[-1], found.of("--image-tag")[-1]
                suffix = "amazonaws.com"
                if region.startswith("cn-") or not is_known(region):
                    suffix = "amazonaws.com.cn" if is_known(region) else symbol("DNS suffix")
                self._push([f"{account}.dkr.ecr.{region}.{suffix}/{name}:{tag}"])

    def _region(self) -> str:
        return self._variables.get("AWS_REGION") or self._variable("AWS_DEFAULT_REGION")

    def _variable(self, name: str) -> str:
        return self._variables.get(name) or symbol(f"${name}")

    def _tag(self, reference: str) -> None:
        found = image(reference, certain=self._certain)
        if found is not None:
            self._tagged.setdefault(found)

    def _push(self, references: Sequence[str]) -> None:
        found = (image(reference, certain=self._certain) for reference in references)
        self.pushes += [each for each in found if each is not None]

    def _pull(self, reference: str) -> None:
        found = image(reference, certain=self._certain)
        if found is not None:
            self.pulls.append(found)


_LOCAL = (
    "docker-archive:",
    "oci:",
    "oci-archive:",
    "dir:",
    "containers-storage:",
    "docker-daemon:",
)


def _fields(text: str) -> dict[str, str]:
    """`type=registry,ref=…` as a dictionary; a reference alone has none."""
    pairs = (pair.partition("=") for pair in text.split(","))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}
