"""The buildspecs that plan, run command by command with tools that only record their calls."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from buildspec_runner import Build, run
from ruamel.yaml import YAML

BUILDSPECS = Path(__file__).parents[1] / "buildspecs"
TOOLS = ("aws", "git", "python", "sh", "terraform")
COMMIT = "7dbf1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b"
TREE = "9d5b1c2a3f4e5d6c7b8a9f0e1d2c3b4a5f6e7d8c"
DIGEST = hashlib.sha256(b"the plan\n").hexdigest()
BEFORE = "2774290ed8f7a6b5c4d3e2f1a0b9c8d712241970"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:shop-drift"
URL = "https://eu-west-1.console.aws.amazon.com/codesuite/codebuild/x"

CODEBUILD = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
    "CODEBUILD_BUILD_ID": "shop-plan_review:0f3c9a77-5b7e-4f0e-9a55-0d3f8f0a7c11",
    "CODEBUILD_BUILD_URL": URL,
}
CODECOMMIT = {
    "TANDEM_CONFIG": "pipelines.yaml",
    "TANDEM_HOST": "codecommit",
    "TANDEM_REPOSITORY": "pipelines",
    "TANDEM_BRANCH": "main",
    "TANDEM_PULL_REQUEST": "7",
    "TANDEM_BEFORE_COMMIT": BEFORE,
    "TANDEM_AFTER_COMMIT": COMMIT,
}
GITHUB = {
    "TANDEM_HOST": "github",
    "TANDEM_REPOSITORY": "acme/pipelines",
    "TANDEM_BRANCH": "main",
    "CODEBUILD_WEBHOOK_TRIGGER": "pr/12",
}
DRIFT = {"TANDEM_NAME": "shop", "TANDEM_TOPIC": TOPIC, "REVIEW": '{"drift": ["a log group"]}'}
STACK = "-chdir=cdktf.out/stacks/shop"
INSTALL = [["sh", "scripts/install-terraform.sh"], ["sh", "scripts/install.sh"]]
SYNTH = [["python", "main.py"]]
INIT = ["terraform", STACK, "init", "-input=false", "-no-color"]
PLAN = ["terraform", STACK, "plan", "-input=false", "-no-color", "-lock=false"]
PLAN.append("-out=tandem.tfplan")
COMPARE = ["terraform", STACK, "plan", "-refresh-only", "-detailed-exitcode"]
COMPARE += ["-input=false", "-no-color", "-lock=false", "-out=tandem.tfplan"]
SHOW = ["terraform", STACK, "show", "-json", "tandem.tfplan"]
REVIEW = ["python", "-m", "tandem", "review", "plan.json", "--markdown", "review.md"]
REVIEW += ["--html", "review.html"]
LOOK = ["python", "-c", 'import json; exit(bool(json.load(open("review.json"))["drift"]))']

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

    def run_build(
        buildspec: str, /, *, fail: str = "", statuses: str = "", **env: str | None
    ) -> Build:
        """Build with these variables (None: not set).

        `fail` is a pattern of calls that fail, `statuses` shell code that says with which status.
        """
        given = {**CODEBUILD, "FAIL": fail, **env}
        return run(
            BUILDSPECS / f"{buildspec}.yml",
            shell=shell,
            one_instance=one_instance,
            work=tmp_path,
            env={name: value for name, value in given.items() if value is not None},
            tools=TOOLS,
            does=f"{DOES}{statuses}\n",
        )

    return run_build


# What the tools leave behind: packages, a stack, a plan, a review.
DOES = f"""
case "$tool $*" in
"sh scripts/install.sh"*)
    case "$tool $*" in $FAIL) ;; *) mkdir -p .venv && touch .venv/Pipfile.lock ;; esac ;;
"python main.py") mkdir -p cdktf.out/stacks/shop ;;
"git rev-parse HEAD^{{tree}}") echo {TREE} ;;
"terraform "*" plan "*) echo "the plan" > cdktf.out/stacks/shop/tandem.tfplan ;;
"terraform "*" show "*) echo '{{"the": "plan"}}' ;;
"python -m tandem review "*)
    echo "the review" > review.md; echo "<p>" > review.html; echo "$REVIEW" ;;
"python -c "*) "{sys.executable}" "$@"; exit ;;
esac
"""


def merge(base: str) -> list[list[str]]:
    return [
        ["git", "rev-parse", "--quiet", "--verify", f"{base}^{{commit}}"],
        [
            *("git", "-c", "user.name=tandem", "-c", "user.email=tandem@localhost"),
            *("merge", "--quiet", "--no-edit", base),
        ],
    ]


FETCH = [
    merge(BEFORE)[0],
    ["git", "fetch", "--quiet", "origin", "+refs/heads/main:refs/remotes/origin/main"],
]


def comment(host: str) -> list[str]:
    return ["python", "-m", "tandem", "comment", "review.md", f"--{host}"]


def after_install(result: Build) -> list[list[str]]:
    start = result.argvs.index(INSTALL[0])
    assert result.argvs[start : start + len(INSTALL)] == INSTALL
    return result.argvs[start + len(INSTALL) :]


# plan.yml


def test_a_pull_request_of_codecommit_is_planned_merged_and_commented(build: Runner) -> None:
    result = build("plan", **CODECOMMIT)
    assert result.phases == {"build": True, "post_build": True}
    planned = [*INSTALL, *SYNTH, INIT, PLAN, SHOW, [*REVIEW, "--limit", "10000"]]
    assert result.argvs == [*merge(BEFORE), *planned, comment("codecommit")]
    env = result.call(*comment("codecommit")).env
    assert CODECOMMIT.items() <= env.items()
    assert result.artifacts == {"review.md": "the review\n", "review.html": "<p>\n"}


def test_a_pull_request_of_a_webhook_is_merged_into_the_newest_of_its_branch(build: Runner) -> None:
    result = build("plan", **GITHUB, TANDEM_COMMENT_TOKEN="canary")
    assert result.argvs[:2] == merge("origin/main")
    call = result.call(*comment("github"))
    assert call.env["TANDEM_PULL_REQUEST"] == "12"
    assert "canary" not in result.log
    assert "canary" not in repr(result.argvs)


def test_a_branch_that_is_not_there_is_fetched(build: Runner) -> None:
    result = build("plan", fail="git rev-parse *", **GITHUB)
    assert result.argvs[1] == FETCH[1]
    assert result.phases["build"]


def test_what_cannot_be_merged_is_not_planned_but_commented(build: Runner) -> None:
    result = build("plan", fail="git -c * merge *", **CODECOMMIT)
    assert result.phases == {"build": False, "post_build": True}
    abort = ["git", "merge", "--abort"]
    assert result.argvs == [*merge(BEFORE), abort, *INSTALL, comment("codecommit")]
    says = f"**Nothing could be planned.** The [log]({URL}) says why.\n"
    assert result.artifacts == {"review.md": says}


@pytest.mark.parametrize(
    ("fail", "before"),
    [("sh scripts/install.sh", [*merge(BEFORE), *INSTALL]), ("git [rf]*", FETCH)],
    ids=["install", "fetch"],
)
def test_where_nothing_is_installed_awss_own_tool_comments(
    build: Runner, fail: str, before: list[list[str]]
) -> None:
    """What comments is installed with the rest."""
    result = build("plan", fail=fail, **CODECOMMIT)
    assert result.phases["post_build"]
    assert not result.phases["build"]
    told = ["--repository-name", "pipelines", "--pull-request-id", "7"]
    told += ["--before-commit-id", BEFORE, "--after-commit-id", COMMIT]
    post = ["aws", "codecommit", "post-comment-for-pull-request", *told]
    assert result.argvs == [*before, [*post, "--content", "file://review.md"]]
    assert "Nothing could be planned" in result.artifacts["review.md"]


def test_an_install_that_fails_elsewhere_is_said_by_the_status(build: Runner) -> None:
    result = build("plan", fail="sh scripts/install.sh", **GITHUB, TANDEM_COMMENT_TOKEN="canary")
    assert (result.phases["build"], result.phases["post_build"]) == (False, True)
    assert result.argvs == [*merge("origin/main"), *INSTALL]
    assert "canary" not in result.log


def test_checkov_is_installed_where_it_is_to_look(build: Runner) -> None:
    result = build("plan", **CODECOMMIT, TANDEM_CHECKOV="true")
    installs = [argv for argv in result.argvs if argv[:1] == ["sh"]]
    assert installs[1:] == [["sh", "scripts/install.sh", "--with-scan"]]
    assert result.call(*REVIEW).env["TANDEM_CHECKOV"] == "true"


@pytest.mark.parametrize(
    "call", ["python main.py", "terraform * init *", "terraform * plan *", "terraform * show *"]
)
def test_a_plan_that_fails_is_commented_and_fails_the_build(build: Runner, call: str) -> None:
    result = build("plan", fail=call, **CODECOMMIT)
    assert result.phases == {"build": False, "post_build": True}
    assert not any("review" in argv for argv in result.argvs)
    assert result.argvs[-1] == comment("codecommit")
    assert "Nothing could be planned" in result.artifacts["review.md"]


def test_a_closed_gate_is_commented_and_fails_the_build(build: Runner) -> None:
    result = build("plan", fail="python * review *", **CODECOMMIT)
    assert result.phases == {"build": False, "post_build": True}
    assert result.argvs[-1] == comment("codecommit")
    assert result.artifacts["review.md"] == "the review\n"


def test_a_comment_that_fails_fails_the_build(build: Runner) -> None:
    assert not build("plan", fail="python * comment *", **CODECOMMIT).phases["post_build"]


def test_without_a_token_only_the_status_says_it(build: Runner) -> None:
    result = build("plan", **GITHUB)
    assert result.argvs[-1] == [*REVIEW, "--limit", "65000"]
    assert "No token, so no comment" in result.log
    assert result.phases["post_build"]


@pytest.mark.parametrize("trigger", [None, "branch/main"])
def test_without_a_pull_request_nothing_is_commented(build: Runner, trigger: str | None) -> None:
    alone = {**CODECOMMIT, "TANDEM_PULL_REQUEST": None, "TANDEM_BEFORE_COMMIT": None}
    alone["CODEBUILD_WEBHOOK_TRIGGER"] = trigger
    result = build("plan", **alone)
    assert result.argvs[:2] == merge("origin/main")
    assert result.argvs[-1] == [*REVIEW, "--limit", "10000"]
    assert "No pull request, so no comment" in result.log


def test_the_plan_itself_is_no_artifact(build: Runner) -> None:
    """It holds sensitive values in full."""
    result = build("plan", **CODECOMMIT)
    assert set(result.artifacts) == {"review.md", "review.html"}
    assert '"the": "plan"' not in result.log


def test_a_plan_that_passed_is_kept_and_what_it_is_is_exported(build: Runner) -> None:
    result = build("plan", **CODECOMMIT, TANDEM_PLANS="s3://shop-plans")
    kept = ["aws", "s3", "cp", "cdktf.out/stacks/shop/tandem.tfplan"]
    assert result.call("aws").argv == [*kept, f"s3://shop-plans/{TREE}/{DIGEST}.tfplan"]
    assert result.exported == {"TANDEM_PLANNED": f"{TREE} {DIGEST}"}
    assert result.phases == {"build": True, "post_build": True}


@pytest.mark.parametrize("call", ["python * review *", "aws s3 *", "git rev-parse *tree*"])
def test_a_plan_that_did_not_pass_or_cannot_be_kept_is_not_exported(
    build: Runner, call: str
) -> None:
    result = build("plan", fail=call, **CODECOMMIT, TANDEM_PLANS="s3://shop-plans")
    assert not result.exported.get("TANDEM_PLANNED")
    assert not result.phases["build"]


def test_without_a_bucket_for_them_no_plan_is_kept(build: Runner) -> None:
    result = build("plan", **CODECOMMIT)
    assert result.exported == {"TANDEM_PLANNED": ""}
    assert not any(argv[0] == "aws" for argv in result.argvs)


# The merge, by the real git


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("known", [True, False], ids=["in the clone", "to be fetched"])
@pytest.mark.parametrize("conflict", [False, True], ids=["", "conflict"])
def test_what_is_planned_is_the_merge(
    shell: str, known: bool, conflict: bool, tmp_path: Path
) -> None:
    def git(*arguments: str, at: Path) -> str:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *who, *arguments],  # noqa: S607
            cwd=at,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(name: str, text: str) -> str:
        (origin / name).write_text(text)
        git("add", "-A", at=origin)
        git("commit", "-m", name, at=origin)
        return git("rev-parse", "HEAD", at=origin)

    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git("init", "-b", "main", at=origin)
    commit("both", "first")
    git("checkout", "-b", "change", at=origin)
    commit("both" if conflict else "changed", "of the request")
    git("checkout", "main", at=origin)
    commit("both", "of main")
    git("clone", "--branch", "change", str(origin), str(clone), at=tmp_path)
    if not known:
        git("update-ref", "-d", "refs/remotes/origin/main", at=clone)
    spec = YAML(typ="safe").load(BUILDSPECS / "plan.yml")
    merging = spec["phases"]["build"]["commands"][0]
    done = subprocess.run(
        [shell, "-c", merging],
        cwd=clone,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == int(conflict), done.stderr
    if conflict:
        assert "solve the conflicts first" in done.stderr
        assert (clone / "both").read_text() == "of the request"
    else:
        assert (clone / "both").read_text() == "of main"
        assert (clone / "changed").read_text() == "of the request"


# drift.yml


def compared(status: int) -> str:
    return f'case "$tool $*" in "terraform "*" plan "*) exit {status} ;; esac'


def publish(subject: str) -> list[str]:
    told = ["--topic-arn", TOPIC, "--subject", subject, "--message", "file://review.md"]
    return ["aws", "sns", "publish", *told]


def test_nothing_is_told_where_nothing_drifted(build: Runner) -> None:
    result = build("drift", statuses=compared(0), **DRIFT)
    assert result.phases == {"build": True, "post_build": True}
    assert after_install(result) == [*SYNTH, INIT, COMPARE]
    assert result.artifacts == {}


@pytest.mark.parametrize("gate", ["", 'case "$tool $*" in *" review "*) exit 1 ;; esac'])
def test_drift_is_told(build: Runner, gate: str) -> None:
    result = build("drift", statuses=f"{compared(2)}\n{gate}", **DRIFT)
    assert result.phases == {"build": True, "post_build": True}
    told = publish("shop has drifted")
    looked = [*SYNTH, INIT, COMPARE, SHOW, [*REVIEW, "--json"], LOOK]
    assert after_install(result) == [*looked, told]
    assert result.artifacts["review.md"] == "the review\n"


def test_what_the_provider_only_reads_back_is_no_drift(build: Runner) -> None:
    """Terraform says 2 after each apply, until the state is written again."""
    result = build("drift", statuses=compared(2), **{**DRIFT, "REVIEW": '{"drift": []}'})
    assert result.phases == {"build": True, "post_build": True}
    assert result.argvs[-1] == LOOK
    assert result.artifacts == {}
    assert "Nothing has drifted" in result.log


@pytest.mark.parametrize(
    "statuses",
    [
        compared(1),
        'case "$tool $*" in "python main.py") exit 2 ;; esac',
        f'{compared(2)}\ncase "$tool $*" in *" review "*) exit 2 ;; esac',
        'case "$tool $*" in "sh scripts/install.sh") exit 2 ;; esac',
    ],
    ids=["plan", "synthesis", "review", "install"],
)
def test_a_comparison_that_fails_is_told_too(build: Runner, statuses: str) -> None:
    result = build("drift", statuses=statuses, **DRIFT)
    assert result.phases == {"build": False, "post_build": True}
    assert result.argvs[-1] == publish("shop could not be compared")
    assert result.artifacts["review.md"] == f"The log says why: {URL}\n"


# All of them


def test_builds_and_workflows_plan_with_the_same_terraform() -> None:
    """A plan of another version than that of the apply is refused."""
    root = BUILDSPECS.parent
    written = [root / "scripts/install-terraform.sh", *(root / ".github/workflows").glob("*")]
    versions = {
        version
        for file in written
        for version in re.findall(r"(?:terraform_version: |\bversion=)([\d.]+)", file.read_text())
    }
    assert versions == {"1.11.4"}


@pytest.mark.parametrize("name", ["apply", "plan", "drift"])
def test_every_variable_is_in_the_header(name: str) -> None:
    header, body = (BUILDSPECS / f"{name}.yml").read_text().split("version: 0.2\n")
    used = set(re.findall(r"\$\{?(TANDEM_\w+)", body))
    said = set(re.findall(r"^#   (TANDEM_\w+)", header, re.MULTILINE))
    assert used - {"TANDEM_CONFIG", "TANDEM_REPOSITORY", "TANDEM_AFTER_COMMIT"} <= said


@pytest.mark.parametrize("name", ["apply", "plan", "drift"])
def test_a_copy_runs_in_the_default_shell(name: str) -> None:
    spec = YAML(typ="safe").load(BUILDSPECS / f"{name}.yml")
    assert spec["version"] == 0.2
    assert "shell" not in spec["env"]
    commands = [it for phase in spec["phases"].values() for it in phase.get("commands", ())]
    assert commands
    assert all(isinstance(it, str) for it in commands)


@pytest.mark.parametrize("name", ["plan", "drift"])
def test_nothing_runs_whose_failure_nobody_would_hear_of(name: str) -> None:
    """After a failure before `build`, CodeBuild runs no `post_build`."""
    spec = YAML(typ="safe").load(BUILDSPECS / f"{name}.yml")
    assert {key for key, phase in spec["phases"].items() if phase.get("commands")} == {
        "build",
        "post_build",
    }
