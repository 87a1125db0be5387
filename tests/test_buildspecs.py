"""The buildspecs, run command by command with a docker and an aws that record their calls."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from buildspec_runner import PASSWORD, Build, run
from ruamel.yaml import YAML

BUILDSPECS = Path(__file__).parents[1] / "buildspecs"
HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
REPOSITORY = f"{HOST}/shop/web"
BASE = f"{HOST}/shop/base@sha256:{'0a' * 32}"
TOOLS = f"{HOST}/shop/tools@sha256:{'b1' * 32}"
COMMIT = "7dbf1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b"
UNIQUE = f"{REPOSITORY}:7dbf1a2-0f3c9a77"
MOVING = f"{REPOSITORY}:latest"

# What CodeBuild itself gives to every build.
CODEBUILD = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
    "CODEBUILD_BUILD_ID": "shop-web:0f3c9a77-5b7e-4f0e-9a55-0d3f8f0a7c11",
    "CODEBUILD_RESOLVED_SOURCE_VERSION": COMMIT,
}

LOGIN = [
    ["aws", "ecr", "get-login-password"],
    ["docker", "login", "--username", "AWS", "--password-stdin", HOST],
]
PUSHES = [["docker", "push", UNIQUE], ["docker", "push", MOVING]]
ALL_PHASES = {"pre_build": True, "build": True, "post_build": True}

Runner = Callable[..., Build]


@pytest.fixture(
    params=[
        pytest.param(
            (shell, one_instance), id=f"{shell}-{'instance' if one_instance else 'scripts'}"
        )
        for shell in ("dash", "bash")
        for one_instance in (True, False)
    ]
)
def build(request: pytest.FixtureRequest, tmp_path: Path) -> Runner:
    shell, one_instance = request.param
    builds = iter(range(100))

    def run_build(buildspec: str = "app", /, *, fail: str = "", **env: str | None) -> Build:
        """Build with these variables (None: not set); `fail` is a pattern of calls that fail."""
        work = tmp_path / str(next(builds))
        work.mkdir()
        given = {**CODEBUILD, "REPOSITORY_URI": REPOSITORY, "BASE_IMAGE": BASE, "FAIL": fail, **env}
        return run(
            BUILDSPECS / f"{buildspec}.yml",
            shell=shell,
            one_instance=one_instance,
            work=work,
            env={name: value for name, value in given.items() if value is not None},
        )

    return run_build


def docker_build(*options: str, context: str = ".", dockerfile: str = "Dockerfile") -> list[str]:
    tags = ["--file", dockerfile, "--tag", UNIQUE, "--tag", MOVING]
    return ["docker", "build", *tags, *options, context]


def test_base_needs_only_the_repository(build: Runner) -> None:
    result = build("base", BASE_IMAGE=None)
    assert result.phases == ALL_PHASES
    assert result.argvs == [*LOGIN, docker_build(), *PUSHES]


def test_app_is_built_on_exactly_the_given_digest(build: Runner) -> None:
    result = build("app")
    assert result.phases == ALL_PHASES
    assert result.argvs == [*LOGIN, docker_build("--build-arg", "BASE_IMAGE"), *PUSHES]
    assert result.call("docker", "build").env["BASE_IMAGE"] == BASE


def test_imagedefinitions_and_exported_variable_name_the_pushed_image(build: Runner) -> None:
    result = build("base")
    assert json.loads(result.artifacts["imagedefinitions.json"]) == [
        {"name": "web", "imageUri": UNIQUE}
    ]
    assert result.exported == {"IMAGE_URI": UNIQUE}


def test_names_can_be_chosen(build: Runner) -> None:
    result = build("base", CONTAINER_NAME="front-end", IMAGE_TAG="stable")
    assert '"name":"front-end"' in result.artifacts["imagedefinitions.json"]
    assert result.argvs[-2:] == [
        ["docker", "push", UNIQUE],
        ["docker", "push", f"{REPOSITORY}:stable"],
    ]


@pytest.mark.parametrize("value", [None, ""])
def test_missing_repository_is_said_in_one_line(build: Runner, value: str | None) -> None:
    result = build("app", REPOSITORY_URI=value)
    assert result.phases == {"pre_build": False}
    assert result.calls == []
    assert result.log.startswith("REPOSITORY_URI is not set")
    assert result.log.count("\n") == 1


@pytest.mark.parametrize(
    ("call", "calls_before"), [("aws ecr *", 1), ("docker login *", 2)], ids=["aws", "docker"]
)
def test_failed_login_ends_the_build(build: Runner, call: str, calls_before: int) -> None:
    result = build("app", fail=call)
    assert result.phases == {"pre_build": False}
    assert result.argvs == LOGIN[:calls_before]


def test_failed_build_pushes_nothing(build: Runner) -> None:
    result = build("app", fail="docker build *")
    assert result.phases == {"pre_build": True, "build": False, "post_build": False}
    assert result.argvs == [*LOGIN, docker_build("--build-arg", "BASE_IMAGE")]
    assert result.artifacts == {}
    assert "The build failed, so nothing is pushed" in result.log


def test_moving_tag_stays_when_the_unique_one_is_not_pushed(build: Runner) -> None:
    result = build("app", fail=f"docker push {UNIQUE}")
    assert result.phases == {"pre_build": True, "build": True, "post_build": False}
    assert result.argvs[-1] == ["docker", "push", UNIQUE]
    assert result.artifacts == {}


def test_failed_push_of_the_moving_tag_fails_the_build(build: Runner) -> None:
    result = build("app", fail=f"docker push {MOVING}")
    assert result.phases == {"pre_build": True, "build": True, "post_build": False}
    assert result.argvs[-2:] == PUSHES


def test_missing_base_is_refused_before_anything_runs(build: Runner) -> None:
    result = build("app", BASE_IMAGE=None)
    assert result.phases == {"pre_build": False}
    assert result.calls == []
    assert result.log == (
        "BASE_IMAGE is '', not REPOSITORY@sha256:DIGEST: "
        "push the base image first, or set BASE_IMAGE in the pipeline's build action\n"
    )


def test_every_base_without_a_digest_is_named(build: Runner) -> None:
    wrong = {
        "MISSING": None,
        "EMPTY": "",
        "BARE": f"{HOST}/shop/base",
        "TAG": f"{HOST}/shop/base:latest",
        "NO_DIGEST": f"{HOST}/shop/base@",
        "UNRESOLVED": f"{HOST}/shop/base@#{{Base.ImageDigest}}",
        "NO_REPOSITORY": f"@sha256:{'0a' * 32}",
        "SHORT": BASE[:-1],
        "LONG": f"{BASE}0",
        "NOT_HEXADECIMAL": f"{BASE[:-1]}g",
        "TWO": f"{BASE} {BASE}",
    }
    result = build("app", BASE_IMAGES=" ".join(["BASE_IMAGE", *wrong]), **wrong)
    assert result.calls == []
    assert [line.split(", not ")[0] for line in result.log.splitlines()] == [
        f"{name} is '{value or ''}'" for name, value in wrong.items()
    ]


def test_several_bases_are_all_passed(build: Runner) -> None:
    result = build("app", BASE_IMAGES="RUNTIME TOOLS", RUNTIME=BASE, TOOLS=TOOLS, BASE_IMAGE=None)
    assert result.phases == ALL_PHASES
    call = result.call("docker", "build")
    assert call.argv == docker_build("--build-arg", "RUNTIME", "--build-arg", "TOOLS")
    assert (call.env["RUNTIME"], call.env["TOOLS"]) == (BASE, TOOLS)


def test_values_reach_docker_unchanged(build: Runner) -> None:
    values = {"GREETING": """it's "so" $HOME `id` \\ *""", "LINES": "one\n two: 2\n", "EMPTY": ""}
    dockerfile, context = """my "app"/Docker file""", "it's $HOME/a  dir"
    result = build(
        "app",
        DOCKERFILE=dockerfile,
        BUILD_CONTEXT=context,
        BUILD_ARGS=" ".join(values),
        **values,
    )
    call = result.call("docker", "build")
    names = [word for name in ("BASE_IMAGE", *values) for word in ("--build-arg", name)]
    assert call.argv == docker_build(*names, dockerfile=dockerfile, context=context)
    assert values.items() <= call.env.items()


def test_platform_is_passed(build: Runner) -> None:
    result = build("base", PLATFORM="linux/arm64")
    assert docker_build("--platform", "linux/arm64") in result.argvs


def test_empty_settings_are_defaults(build: Runner) -> None:
    names = "BASE_IMAGES BUILD_ARGS BUILD_CONTEXT CACHE COMMIT_ID CONTAINER_NAME DOCKERFILE"
    result = build("app", **dict.fromkeys([*names.split(), "IMAGE_TAG", "PLATFORM"], ""))
    assert result.argvs == [*LOGIN, docker_build("--build-arg", "BASE_IMAGE"), *PUSHES]


@pytest.mark.parametrize("cache", ["none", "local"])
def test_other_caches_change_no_command(build: Runner, cache: str) -> None:
    assert build("base", CACHE=cache).argvs == [*LOGIN, docker_build(), *PUSHES]


@pytest.mark.parametrize("hit", [True, False])
def test_registry_cache(build: Runner, hit: bool) -> None:
    result = build("base", CACHE="registry", fail="" if hit else "docker pull *")
    options = ["--cache-from", MOVING, "--build-arg", "BUILDKIT_INLINE_CACHE=1"]
    assert result.phases == ALL_PHASES
    assert result.argvs == [*LOGIN, ["docker", "pull", MOVING], docker_build(*options), *PUSHES]
    assert ("No image to take layers from yet" in result.log) is not hit


def test_no_attestation_is_added(build: Runner) -> None:
    env = build("base").call("docker", "build").env
    assert env["BUILDX_NO_DEFAULT_ATTESTATIONS"] == "1"


@pytest.mark.parametrize(
    ("commit", "resolved", "start"),
    [
        (COMMIT, "other", "7dbf1a2"),
        ("3.L_4k-qtJlc8Xq.Yf", "other", "3L4kqtJ"),
        ("_.-", "other", "unknown"),
        ("ab", "other", "ab"),
        (None, COMMIT, "7dbf1a2"),
        (None, None, "unknown"),
    ],
)
def test_unique_tag(build: Runner, commit: str | None, resolved: str | None, start: str) -> None:
    result = build("base", COMMIT_ID=commit, CODEBUILD_RESOLVED_SOURCE_VERSION=resolved)
    tag = result.exported["IMAGE_URI"].removeprefix(f"{REPOSITORY}:")
    assert tag == f"{start}-0f3c9a77"
    assert re.fullmatch(r"\w[\w.-]{0,127}", tag, re.ASCII)


def test_two_builds_of_one_commit_do_not_collide(build: Runner) -> None:
    first = build("base", CODEBUILD_BUILD_ID="shop-web:11111111-5b7e-4f0e-9a55-0d3f8f0a7c11")
    second = build("base", CODEBUILD_BUILD_ID="shop-web:22222222-5b7e-4f0e-9a55-0d3f8f0a7c11")
    assert first.exported["IMAGE_URI"] != second.exported["IMAGE_URI"]


@pytest.mark.parametrize("fail", ["", "aws *", "docker login *", "docker build *", "docker push *"])
def test_password_is_seen_by_docker_login_alone(build: Runner, fail: str) -> None:
    result = build("app", fail=fail)
    logins = [call for call in result.calls if call.stdin is not None]
    assert [login.stdin for login in logins] == ([] if fail == "aws *" else [PASSWORD])
    assert PASSWORD not in result.log
    assert PASSWORD not in repr((result.argvs, [call.env for call in result.calls]))
    assert PASSWORD not in repr((result.env, result.artifacts))


def test_password_is_not_traced(build: Runner, tmp_path: Path) -> None:
    copy = (BUILDSPECS / "app.yml").read_text().replace("commands:", "commands:\n      - set -x")
    (tmp_path / "traced.yml").write_text(copy)
    result = build(str(tmp_path / "traced"))
    assert result.phases == ALL_PHASES
    assert PASSWORD not in result.log


def test_variables_of_the_build_are_left_alone(build: Runner) -> None:
    own = dict.fromkeys(["commit", "build", "name", "status"], "mine")
    result = build("app", **own, BUILD_ARGS=" ".join(own))
    assert own.items() <= result.call("docker", "build").env.items()


def test_app_is_base_and_the_base_part() -> None:
    """Commands are added to pre_build; all others are the same, and so is all else."""
    base, app = (YAML(typ="safe").load(BUILDSPECS / f"{name}.yml") for name in ("base", "app"))
    added = [command for command in commands(app) if "BASE_IMAGES" in command]
    assert [command for command in commands(app) if command not in added] == commands(base)
    assert all(command.startswith("pre_build: ") for command in added)
    assert {**app, "phases": None} == {**base, "phases": None}


@pytest.mark.parametrize("name", ["base", "app"])
def test_every_variable_is_in_the_header(name: str) -> None:
    text = (BUILDSPECS / f"{name}.yml").read_text()
    header, body = text.split("version: 0.2\n")
    used = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", body))
    given = {variable for variable in used if not variable.startswith("CODEBUILD_")}
    made = {"IMAGE_URI", "MOVING_URI"}
    assert given - made == {variable for variable in given if re.search(rf"\b{variable}  ", header)}


@pytest.mark.parametrize("name", ["base", "app"])
def test_a_copy_runs_in_the_default_shell(name: str) -> None:
    spec = YAML(typ="safe").load(BUILDSPECS / f"{name}.yml")
    assert spec["version"] == 0.2
    assert "shell" not in spec["env"]
    assert all(isinstance(command, str) for command in commands(spec))


def commands(spec: dict[str, dict[str, dict[str, list[str]]]]) -> list[str]:
    return [f"{phase}: {c}" for phase, steps in spec["phases"].items() for c in steps["commands"]]
