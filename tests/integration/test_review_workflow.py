"""The workflows that users copy: their shell steps, with the real Terraform and command line.

GitHub's comments, its command line, AWS's and the emulator are stand-ins. The stack is one of
Terraform's own resources, so that no provider starts.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from comment_hosts import OTHER, TOKEN, CommentHost, comment_host
from synthesis import ROOT
from workflow_runner import Result, Runner, workflow

pytestmark = pytest.mark.integration

REVIEW, APPLY = workflow("review"), workflow("apply")
ROLE = "arn:aws:iam::111122223333:role/shop-github_plan-plan"
PLAIN = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "planned_values": {"root_module": {}},
    "configuration": {"root_module": {}},
    "complete": True,
    "errored": False,
    "applyable": True,
    "resource_changes": [
        {
            "address": "terraform_data.shop",
            "mode": "managed",
            "type": "terraform_data",
            "name": "shop",
            "provider_name": "terraform.io/builtin/terraform",
            "change": {
                "actions": ["create"],
                "before": None,
                "after": {"input": "one"},
                "after_unknown": {"id": True},
            },
        }
    ],
}
ONE, TWO = (
    f"project: shop\nregion: us-east-1\nimages: {{web: {{source: {{codecommit: {it}}}}}}}\n"
    for it in ("one", "two")
)
DESTROYS = ROOT / "tests/review_plans/kept/team-renamed.json"

# What main.py writes: a stack whose only input is the file with the pipelines.
MAIN = """\
import json, os, pathlib
folder = pathlib.Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out")) / "stacks/shop"
folder.mkdir(parents=True, exist_ok=True)
text = pathlib.Path(os.environ["TANDEM_CONFIG"]).read_text()
(folder / "cdk.tf.json").write_text(json.dumps({
    "terraform": {"backend": {"local": {"path": "STATE"}}},
    "resource": {"terraform_data": {"shop": {"input": text}}},
}))
"""
INSTALL = """\
[ "$#" = 0 ] || echo "installed $*" >> "$CALLS"
mkdir -p .venv/bin
ln -sf "$PYTHON_STAND_IN" .venv/bin/python
"""
PIPENV = """\
[ "$1" = sync ] && exit
shift 2 # run python
exec "$PYTHON_STAND_IN" "$@"
"""
PYTHON = """\
#!/bin/sh
if [ "$2" = tandem.rehearsal ]; then
    echo "rehearsed $*" >> "$CALLS"
    for plan; do :; done
    exec cp "$REHEARSED" "$plan"
fi
if [ "$3" = review ] && [ "$TANDEM_CHECKOV" = true ]; then
    echo "asked for checkov" >> "$CALLS"
    unset TANDEM_CHECKOV # the real one would take its time
fi
exec PYTHON "$@"
"""
AWS = """\
#!/bin/sh
[ "$1 $2 $3" = "s3 cp --only-show-errors" ] || exit 64
from=$(echo "$4" | sed "s|^s3:/|$BUCKETS|"); to=$(echo "$5" | sed "s|^s3:/|$BUCKETS|")
mkdir -p "$(dirname "$to")"
exec cp "$from" "$to"
"""
GH = """\
#!/bin/sh
repository=repos/acme/pipelines
passed="event=pull_request&status=success&head_sha="
case "$1 $2" in
"api $repository/commits/"*/pulls) exec jq -r "$4" "$GITHUB/pulls.json" ;;
"api $repository/actions/workflows/review.yml/runs?$passed"*)
    exec jq -r "$4" "$GITHUB/runs-${2##*head_sha=}.json" ;;
"run download")
    [ "$3 $4 $6" = "4711 --name --dir" ] || exit 64
    mkdir "$7"
    exec cp "$ARTIFACTS/$5"/* "$7" ;;
esac
exit 64
"""


@dataclass
class Repository:
    """A repository with a pull request, its GitHub, and an AWS of which only S3 is there."""

    folder: Path
    host: CommentHost

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.com")
        command = ["git", *who, "-c", "commit.gpgsign=false", *arguments]
        done = subprocess.run(command, cwd=self.work, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def write(self, text: str, message: str) -> None:
        (self.work / "pipelines.yaml").write_text(text)
        self.git("add", "pipelines.yaml")
        self.git("commit", "-q", "-m", message)

    def pull_request(self, text: str) -> None:
        """Check out what GitHub would: the merge of a branch that says `text`."""
        self.git("switch", "-q", "-c", "change", "main")
        self.write(text, "change")
        self.git("switch", "-q", "--detach", "main")
        self.git("merge", "-q", "--no-ff", "--no-edit", "change")

    def merge(self) -> None:
        """Merge the branch into main, check that out, and let GitHub know of it."""
        head = self.git("rev-parse", "change")
        self.git("switch", "-q", "main")
        self.git("merge", "-q", "--squash", "change")
        self.git("commit", "-q", "-m", "merged")
        shutil.rmtree(self.work / "cdktf.out")
        other: dict[str, object] = {"head": {"sha": "0" * 40}, "base": {"ref": "other"}}
        merged = {"merged_at": "2030-01-01T00:00:00Z", "head": {"sha": head}}
        pulls = [
            {**other, "merged_at": None, "base": {"ref": "main"}},
            {**other, "merged_at": merged["merged_at"]},
            {**merged, "base": {"ref": "main"}},
        ]
        self.answer("pulls", pulls)
        ours, fork = ({"full_name": it} for it in ("acme/pipelines", "mallory/pipelines"))
        runs = [
            {"id": 666, "head_repository": fork, "repository": ours},
            {"id": 4711, "head_repository": ours, "repository": ours},
        ]
        self.answer(f"runs-{head}", {"total_count": 2, "workflow_runs": runs})

    def answer(self, name: str, content: object) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(content))

    def head(self) -> str:
        return self.git("rev-parse", "change")

    def run(self, name: str, job: str, **variables: str) -> Result:
        """Run a job, as of a pull request of this repository or of `head`."""
        head = variables.pop("head", "acme/pipelines")
        rehearsed = variables.pop("rehearsed", "")
        runner = Runner(
            self.folder / "github",
            self.work,
            environment={
                "PATH": f"{self.folder / 'tools'}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                "PYTHONPATH": str(ROOT),
                "PYTHON_STAND_IN": str(self.folder / "tools/python"),
                "TF_CLI_CONFIG_FILE": str(self.folder / "terraformrc"),
                "CALLS": str(self.folder / "calls"),
                "REHEARSED": rehearsed or str(self.folder / "plain.json"),
                "BUCKETS": str(self.folder / "buckets"),
                "GITHUB": str(self.folder),
                "ARTIFACTS": str(self.folder / "github/artifacts"),
                "GITHUB_API_URL": self.host.base,
                "GITHUB_REF_NAME": "main",
                "GITHUB_REPOSITORY": "acme/pipelines",
                "GITHUB_RUN_ID": "4711",
                "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_SHA": self.git("rev-parse", "HEAD"),
            },
            context={
                "github.event.pull_request.base.sha": self.git("rev-parse", "main"),
                "github.event.pull_request.head.repo.full_name": head,
                "github.event.pull_request.number": "12",
                "github.repository": "acme/pipelines",
                "github.token": TOKEN,
                **{f"vars.{name}": value for name, value in variables.items()},
            },
        )
        of = {"review": REVIEW, "apply": APPLY}[name]
        matrix = {"name": "pipelines", "config": "pipelines.yaml"} if job == "plan" else {}
        return runner.run(of, job, **matrix)

    @property
    def artifact(self) -> Path:
        return self.folder / "github/artifacts/review-pipelines"

    @property
    def state(self) -> Path:
        return self.folder / "terraform.tfstate"


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    for name in ("work/scripts", "tools", "github"):
        (tmp_path / name).mkdir(parents=True)
    for program in ("git", "jq", "terraform", "unzip"):
        assert shutil.which(program), f"{program} is not installed; the workflows run it"
    tools = {"python": PYTHON.replace("PYTHON", sys.executable), "aws": AWS, "gh": GH}
    for name, text in tools.items():
        (tmp_path / "tools" / name).write_text(text)
        (tmp_path / "tools" / name).chmod(0o755)
    (tmp_path / "terraformrc").write_text("")
    (tmp_path / "plain.json").write_text(json.dumps(PLAIN))
    (tmp_path / "nothing.json").write_text(
        json.dumps({**PLAIN, "applyable": False, "resource_changes": []})
    )
    work = tmp_path / "work"
    (work / "main.py").write_text(MAIN.replace("STATE", str(tmp_path / "terraform.tfstate")))
    (work / "scripts/install.sh").write_text(INSTALL)
    (work / "scripts/pipenv").write_text(PIPENV)
    (work / ".gitignore").write_text(".venv\ncdktf.out\nreviews\nreviewed\n")
    with comment_host("github") as host:
        made = Repository(tmp_path, host)
        made.git("init", "-q", "-b", "main")
        made.git("add", ".")
        made.git("commit", "-q", "-m", "first")
        made.write(ONE, "main")
        made.pull_request(TWO)
        yield made


REHEARSED = [
    "actions/checkout",
    "actions/setup-python",
    "actions/setup-node",
    "hashicorp/setup-terraform",
    "Install",
    "Synthesize",
    "Rehearse",
    "Review",
    "Say it",
    "actions/upload-artifact",
]


# review.yml


def test_without_an_account_it_is_rehearsed_and_commented(repository: Repository) -> None:
    result = repository.run("review", "plan")
    assert result.succeeded, result.log
    assert result.ran == REHEARSED
    before = repository.folder / "github/before.out/stacks/shop"
    calls = (repository.folder / "calls").read_text()
    assert calls == (
        f"rehearsed -m tandem.rehearsal --before {before} cdktf.out/stacks/shop plan.json\n"
    )
    assert "codecommit: one" in (before / "cdk.tf.json").read_text()
    assert "codecommit: two" in (repository.work / "cdktf.out/stacks/shop/cdk.tf.json").read_text()
    names = {it.name for it in repository.artifact.iterdir()}
    assert names == {"review.md", "review.html", "review.sarif"}
    assert result.summary.startswith("## ")
    assert "Rehearsed on an emulator" in result.summary
    assert "https://github.com/acme/pipelines/actions/runs/4711#artifacts" in result.summary

    commented = repository.run("review", "comment")
    assert commented.succeeded, commented.log
    (note,) = repository.host.notes
    assert note.text == f"[//]: # (tandem-review pipelines)\n\n{result.summary}"


def test_a_new_file_is_compared_with_nothing(repository: Repository) -> None:
    repository.git("switch", "-q", "main")
    repository.git("rm", "-q", "pipelines.yaml")
    repository.git("commit", "-q", "-m", "no file")
    repository.git("branch", "-q", "-D", "change")
    repository.pull_request(TWO)
    result = repository.run("review", "plan")
    assert result.succeeded, result.log
    calls = (repository.folder / "calls").read_text()
    assert calls == "rehearsed -m tandem.rehearsal cdktf.out/stacks/shop plan.json\n"


def test_the_next_commit_updates_the_comment(repository: Repository) -> None:
    remark = repository.host.note("a remark", author=OTHER)
    for plan in ("plain.json", "nothing.json", "plain.json"):
        shutil.rmtree(repository.folder / "github/before", ignore_errors=True)
        repository.git("worktree", "prune")
        (repository.work / "nothing-changes").unlink(missing_ok=True)
        result = repository.run("review", "plan", rehearsed=str(repository.folder / plan))
        assert result.succeeded, result.log
        assert repository.run("review", "comment").succeeded
        assert len(repository.host.notes) == 2
        assert repository.host.notes[1].text.endswith(result.summary)
    assert remark.text == "a remark"


def test_where_nothing_changes_nobody_has_to_read_it(repository: Repository) -> None:
    plan = str(repository.folder / "nothing.json")
    assert repository.run("review", "plan", rehearsed=plan).succeeded
    assert repository.run("review", "comment").succeeded
    assert repository.host.notes == []


def test_a_closed_gate_fails_the_job_and_is_commented(repository: Repository) -> None:
    result = repository.run("review", "plan", rehearsed=str(DESTROYS))
    assert not result.succeeded
    assert "⛔ Blocked by " in result.summary
    repository.run("review", "comment")
    assert "⛔ Blocked by " in repository.host.notes[0].text


@pytest.mark.parametrize("fault", ["main.py", "pipelines.yaml"])
def test_what_cannot_be_planned_is_commented(repository: Repository, fault: str) -> None:
    if fault == "main.py":
        (repository.work / fault).write_text("raise SystemExit(2)")
        result = repository.run("review", "plan")
    else:
        (repository.folder / "state.json").write_text('{"format_version": "1.0", "values": {}}')
        result = repository.run("review", "plan", rehearsed=str(repository.folder / "state.json"))
    assert not result.succeeded
    assert result.summary.startswith("**Nothing could be planned.** The [log](https://github.com/")
    repository.run("review", "comment")
    assert "Nothing could be planned" in repository.host.notes[0].text


def test_a_comment_that_is_refused_fails_the_job(repository: Repository) -> None:
    repository.run("review", "plan")
    repository.host.kind = "gitlab"  # which knows none of GitHub's paths
    result = repository.run("review", "comment")
    assert not result.succeeded
    assert TOKEN not in result.log


def test_a_fork_gets_neither_the_role_nor_a_comment(repository: Repository) -> None:
    result = repository.run("review", "plan", TANDEM_PLAN_ROLE=ROLE, head="mallory/pipelines")
    assert result.ran == REHEARSED
    assert "Rehearsed on an emulator" in result.summary
    condition = REVIEW["jobs"]["comment"]["if"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition


def test_checkov_looks_where_the_repository_says_so(repository: Repository) -> None:
    result = repository.run("review", "plan", TANDEM_CHECKOV="true", TANDEM_PLAN_ROLE=ROLE)
    assert result.succeeded, result.log
    calls = (repository.folder / "calls").read_text()
    assert calls == "installed --with-scan\nasked for checkov\n"


def test_with_a_role_the_real_state_is_planned(repository: Repository) -> None:
    result = repository.run("review", "plan", TANDEM_PLAN_ROLE=ROLE)
    assert result.succeeded, result.log
    steps = ["Take the role" if it == "Rehearse" else it for it in REHEARSED]
    steps.insert(steps.index("Review"), "Plan")
    assert result.ran == steps
    assert "1 to add" in result.summary
    assert "emulator" not in result.summary
    assert not (repository.folder / "calls").exists()


# apply.yml


SETTINGS = {
    "TANDEM_PLAN_ROLE": ROLE,
    "TANDEM_APPLY_ROLE": f"{ROLE}-apply",
    "TANDEM_PLANS": "s3://acme-plans/shop",
}


def planned(repository: Repository) -> Path:
    """Review a pull request; the plan that waits for its merge."""
    result = repository.run("review", "plan", **SETTINGS)
    assert result.succeeded, result.log
    (plan,) = (repository.folder / "buckets/acme-plans/shop").glob("*/*.tfplan")
    return plan


def applied(repository: Repository) -> Result:
    shutil.rmtree(repository.work / "reviewed", ignore_errors=True)
    return repository.run("apply", "apply", **SETTINGS)


def test_what_was_reviewed_is_applied(repository: Repository) -> None:
    plan = planned(repository)
    assert plan.parent.name == repository.git("rev-parse", "HEAD^{tree}")
    assert not list(repository.artifact.glob("*.tfplan")), "it holds sensitive values"
    repository.merge()
    result = applied(repository)
    assert result.succeeded, result.log
    assert "Apply complete! Resources: 1 added" in result.log
    state = json.loads(repository.state.read_text())
    (instance,) = state["resources"][0]["instances"]
    assert instance["attributes"]["input"]["value"] == TWO


def refused(repository: Repository, why: str) -> None:
    before = repository.state.read_text() if repository.state.exists() else None
    result = applied(repository)
    assert not result.succeeded
    assert why in result.log
    assert "Apply complete" not in result.log
    after = repository.state.read_text() if repository.state.exists() else None
    assert after == before


def test_it_is_refused_twice(repository: Repository) -> None:
    """The state has moved: by the first time."""
    planned(repository)
    repository.merge()
    assert applied(repository).succeeded
    refused(repository, "Saved plan is stale")


def test_it_is_refused_where_the_branch_has_moved(repository: Repository) -> None:
    planned(repository)
    repository.git("switch", "-q", "main")
    (repository.work / "other").write_text("another pull request")
    repository.git("add", "other")
    repository.git("commit", "-q", "-m", "other")
    repository.merge()
    refused(repository, "this is not what was planned")


def test_another_plan_in_its_place_is_refused(repository: Repository) -> None:
    plan = planned(repository)
    plan.write_bytes(plan.read_bytes() + b"\0")
    repository.merge()
    refused(repository, "WARNING: 1 computed checksum did NOT match")


def test_a_push_past_pull_requests_is_refused(repository: Repository) -> None:
    planned(repository)
    repository.merge()
    repository.answer("pulls", [{"merged_at": None, "head": {"sha": repository.head()}}])
    refused(repository, "comes from no pull request")


def test_a_review_that_did_not_pass_is_refused(repository: Repository) -> None:
    planned(repository)
    repository.merge()
    repository.answer(f"runs-{repository.head()}", {"total_count": 0, "workflow_runs": []})
    refused(repository, "no review of")


def test_a_review_of_a_fork_counts_for_nothing(repository: Repository) -> None:
    planned(repository)
    repository.merge()
    fork = {"head_repository": {"full_name": "mallory/p"}, "repository": {"full_name": "acme/p"}}
    runs = {"workflow_runs": [{"id": 4711, **fork}]}
    repository.answer(f"runs-{repository.head()}", runs)
    refused(repository, "no review of")


def test_a_rehearsal_is_not_applied(repository: Repository) -> None:
    assert repository.run("review", "plan").succeeded
    repository.merge()
    refused(repository, "kept no plan")


@pytest.mark.parametrize("kept", ["", "../../etc x", "aa/../bb cc"])
def test_what_says_where_the_plan_is_is_no_path(repository: Repository, kept: str) -> None:
    planned(repository)
    (repository.artifact / "planned").write_text(f"{kept}\n")
    repository.merge()
    refused(repository, "is no digest")


# Both


@pytest.mark.parametrize("name", ["ci", "review", "apply"])
def test_actions_are_pinned_and_code_of_others_gets_no_rights(name: str) -> None:
    text = (ROOT / f".github/workflows/{name}.yml").read_text()
    uses = re.findall(r"uses: (\S+)(.*)", text)
    assert uses
    for action, comment in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action
    assert not {"pull_request_target", "workflow_run"} & set(workflow(name)["on"])


def test_each_job_has_the_rights_it_needs() -> None:
    assert REVIEW["permissions"] == APPLY["permissions"] == {}
    rights = {name: job["permissions"] for name, job in REVIEW["jobs"].items()}
    assert rights == {
        "plan": {"contents": "read", "id-token": "write"},
        "comment": {"contents": "read", "pull-requests": "write"},
    }
    assert "github.token" not in str(REVIEW["jobs"]["plan"])
    (checkout, *_) = REVIEW["jobs"]["comment"]["steps"]
    assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"


def test_a_newer_commit_ends_a_review_and_never_an_apply() -> None:
    assert REVIEW["concurrency"]["cancel-in-progress"] is True
    assert "pull_request.number" in REVIEW["concurrency"]["group"]
    assert APPLY["concurrency"] == {"group": "apply", "cancel-in-progress": False}


def test_both_use_the_same_terraform() -> None:
    versions = {
        step["with"]["terraform_version"]
        for job in (REVIEW["jobs"]["plan"], APPLY["jobs"]["apply"])
        for step in job["steps"]
        if "terraform" in step.get("uses", "")
    }
    assert len(versions) == 1


def test_every_example_is_reviewed() -> None:
    reviewed = {it["config"] for it in REVIEW["jobs"]["plan"]["strategy"]["matrix"]["include"]}
    examples = {str(it.relative_to(ROOT)) for it in ROOT.glob("examples/*/pipelines.yaml")}
    assert reviewed == {"pipelines.yaml", *examples}


def test_every_variable_is_in_the_header() -> None:
    for name in ("review", "apply"):
        text = (ROOT / f".github/workflows/{name}.yml").read_text()
        header = set(re.findall(r"^#   ([A-Z_]+) ", text, re.MULTILINE))
        assert header == set(re.findall(r"vars\.([A-Z_]+)", text))
