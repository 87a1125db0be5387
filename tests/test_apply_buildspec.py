"""The buildspec that applies, with the real git, and builds that say what they planned."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from buildspec_runner import Build, run
from codebuild_answers import ANSWER

BUILDSPEC = Path(__file__).parents[1] / "buildspecs/apply.yml"
STACK = "-chdir=cdktf.out/stacks/shop"
INIT = ["terraform", STACK, "init", "-input=false", "-no-color", "-lockfile=readonly"]
APPLY = ["terraform", STACK, "apply", "-input=false", "-no-color", "-lock-timeout=10m"]
APPLY.append("tandem.tfplan")

DOES = f"""
case "$tool $*" in
"aws codebuild "*) "{sys.executable}" "$ANSWER" "$@" ;;
"aws s3 cp s3://shop-plans/"*) cp "$PLANS/${{3#s3://shop-plans/}}" "$4" || exit ;;
"python main.py") mkdir -p cdktf.out/stacks/shop ;;
"python -m zipfile "*) "{sys.executable}" "$@" ;;
esac
"""


class Repository:
    """A clone whose branch has got a merge, and the builds that planned it."""

    def __init__(self, work: Path) -> None:
        self.work, self.origin, self.clone = work, work / "origin", work / "source"
        self.builds: list[dict[str, Any]] = []
        self.origin.mkdir()
        self.git("init", "--quiet", "-b", "main")
        self.commit("both", "first")
        self.git("checkout", "--quiet", "-b", "change")
        self.commit("changed", "one")
        self.change = self.commit("changed", "two")
        self.git("checkout", "--quiet", "main")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
        command = ["git", *who, *arguments]
        done = subprocess.run(command, cwd=self.origin, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, name: str, text: str) -> str:
        (self.origin / name).write_text(text)
        self.git("add", "-A")
        self.git("commit", "--quiet", "-m", name)
        return self.git("rev-parse", "HEAD")

    @property
    def tree(self) -> str:
        return self.git("rev-parse", "main^{tree}")

    def reviewed(self, *, plan: str = "plan", **told: Any) -> Path:
        """Let a build have planned what is merged; the plan's file."""
        kept = self.work / "plans" / (told.get("tree") or self.tree)
        kept.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(kept / "new", "w") as file:
            file.writestr("tfplan", plan)
            file.writestr(".terraform.lock.hcl", "the lock")
        digest = hashlib.sha256((kept / "new").read_bytes()).hexdigest()
        build = {
            "id": f"shop-plan_review:{len(self.builds)}",
            "buildNumber": len(self.builds) + 9,
            "buildStatus": told.get("status", "SUCCEEDED"),
            "resolvedSourceVersion": told.get("commit", self.change),
            "environment": {"environmentVariables": [{"name": "TANDEM_HOST", "value": "x"}]},
            "exportedEnvironmentVariables": [
                {"name": "TANDEM_PLANNED", "value": f"{kept.name} {digest}"}
            ],
        }
        if "into" in told:  # as at CodeCommit
            known = {"name": "TANDEM_BEFORE_COMMIT", "value": self.git("rev-parse", told["into"])}
            build["environment"]["environmentVariables"].append(known)
        self.builds.insert(0, build)
        return (kept / "new").rename(kept / f"{digest}.tfplan")

    def apply(self, *, shell: str = "dash", one_instance: bool = True, fail: str = "") -> Build:
        """Build the push of the branch as it is."""
        self.git(
            "clone", "--quiet", "--no-local", "--branch", "main", str(self.origin), str(self.clone)
        )
        (self.work / "builds.json").write_text(json.dumps(self.builds))
        (self.work / "answer.py").write_text(ANSWER)
        return run(
            BUILDSPEC,
            shell=shell,
            one_instance=one_instance,
            work=self.work,
            env={
                "ANSWER": str(self.work / "answer.py"),
                "BUILDS": str(self.work / "builds.json"),
                "FAIL": fail,
                "PLANS": str(self.work / "plans"),
                "TANDEM_PLANS": "s3://shop-plans",
                "TANDEM_REVIEW": "shop-plan_review",
            },
            tools=("aws", "python", "sh", "terraform"),
            does=DOES,
        )

    def applied(self) -> str:
        """What is in the plan that was given to Terraform."""
        with zipfile.ZipFile(self.clone / "cdktf.out/stacks/shop/tandem.tfplan") as file:
            return file.read("tfplan").decode()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def squashed(repository: Repository) -> None:
    repository.git("merge", "--quiet", "--squash", "change")
    repository.git("commit", "--quiet", "-m", "squashed")


def squashed_and_deleted(repository: Repository) -> None:
    """The host keeps the commit where no clone looks, as GitHub does."""
    squashed(repository)
    repository.git("update-ref", "refs/pull/7/head", "change")
    repository.git("branch", "-D", "change")


def merged(repository: Repository) -> None:
    repository.git("merge", "--quiet", "--no-ff", "--no-edit", "change")


def merged_beside_others(repository: Repository) -> None:
    repository.commit("both", "of main")
    merged(repository)


def fast_forwarded(repository: Repository) -> None:
    repository.git("merge", "--quiet", "--ff-only", "change")


def rebased(repository: Repository) -> None:
    repository.commit("both", "of main")
    repository.git("cherry-pick", "main..change")


MERGES: dict[Callable[[Repository], None], str] = {
    merged: "main^1",
    merged_beside_others: "main^1",
    fast_forwarded: "main~2",
    squashed: "main^1",
    squashed_and_deleted: "main^1",
    rebased: "main~2",
}
"""And what the branch was before."""


@pytest.mark.parametrize("host", ["codecommit", "connection"])
@pytest.mark.parametrize("merge", MERGES, ids=lambda merge: merge.__name__)
def test_what_was_reviewed_is_applied_however_it_is_merged(
    repository: Repository, merge: Callable[[Repository], None], host: str
) -> None:
    merge(repository)
    repository.reviewed(**({"into": MERGES[merge]} if host == "codecommit" else {}))
    result = repository.apply()
    assert result.phases == {"build": True}, result.log
    assert repository.applied() == "plan"


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("one_instance", [True, False], ids=["instance", "scripts"])
def test_it_is_applied_as_it_was_planned(
    repository: Repository, shell: str, one_instance: bool
) -> None:
    merged(repository)
    repository.reviewed()
    result = repository.apply(shell=shell, one_instance=one_instance)
    assert result.phases == {"build": True}, result.log
    assert repository.applied() == "plan"
    assert result.argvs[-2:] == [INIT, APPLY]
    lock = repository.clone / "cdktf.out/stacks/shop/.terraform.lock.hcl"
    assert lock.read_text() == "the lock"


def test_the_newest_review_counts(repository: Repository) -> None:
    merged(repository)
    repository.reviewed(plan="old")
    repository.reviewed(plan="new")
    repository.reviewed(plan="of a closed gate", status="FAILED")
    assert repository.apply().phases == {"build": True}
    assert repository.applied() == "new"


def test_only_the_build_of_what_is_merged_says_what_is_applied(repository: Repository) -> None:
    """The code of a pull request makes its build say what it likes, of any tree."""
    repository.git("checkout", "--quiet", "-b", "evil", "main")
    evil = repository.commit("main.py", "evil")
    repository.git("checkout", "--quiet", "main")
    merged(repository)
    repository.reviewed(plan="reviewed")
    for commit in (evil, repository.git("rev-parse", "main^1"), "0" * 40):
        repository.reviewed(plan="evil", commit=commit)
    assert repository.apply().phases == {"build": True}
    assert repository.applied() == "reviewed"


def test_a_commit_that_was_never_merged_may_not_begin_in_a_pull_request(
    repository: Repository,
) -> None:
    """There is code that was taken back before the merge, and which nobody has reviewed."""
    git = repository.git
    git("checkout", "--quiet", "change")
    evil = repository.commit("main.py", "evil")
    git("revert", "--no-edit", evil)
    git("checkout", "--quiet", "main")
    merged(repository)
    git("checkout", "--quiet", "-b", "next")
    reviewed = repository.commit("next", "one")
    git("checkout", "--quiet", "-b", "never", evil)
    never = repository.commit("next", "one")
    git("checkout", "--quiet", "main")
    git("merge", "--quiet", "--no-ff", "--no-edit", "next")
    repository.reviewed(plan="reviewed", commit=reviewed)
    repository.reviewed(plan="evil", commit=never)
    repository.reviewed(plan="evil", commit=never, into="main~2")
    assert repository.apply().phases == {"build": True}
    assert repository.applied() == "reviewed"


def test_a_build_exports_no_line_of_another(repository: Repository) -> None:
    merged(repository)
    repository.reviewed(plan="reviewed")
    repository.reviewed(plan="evil", commit="0" * 40)
    exported = repository.builds[0]["exportedEnvironmentVariables"][0]
    exported["value"] = f"x\n{repository.change} None {exported['value']}"
    assert repository.apply().phases == {"build": True}
    assert repository.applied() == "reviewed"


def nothing_reviewed(repository: Repository) -> None:
    merged(repository)


def planned_before_the_branch_moved(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "--detach", "main")
    repository.git("merge", "--quiet", "--no-ff", "--no-edit", "change")
    planned = repository.git("rev-parse", "HEAD^{tree}")
    repository.git("checkout", "--quiet", "main")
    merged_beside_others(repository)
    repository.reviewed(tree=planned)


def merged_by_hand(repository: Repository) -> None:
    merged(repository)
    repository.commit("changed", "something else")
    repository.reviewed()


def closed_gate(repository: Repository) -> None:
    merged(repository)
    repository.reviewed(status="FAILED")


def claimed_by_another(repository: Repository) -> None:
    merged(repository)
    repository.git("checkout", "--quiet", "-b", "evil", "main^1")
    repository.reviewed(commit=repository.commit("main.py", "evil"))


def claimed_by_a_commit_in_the_middle(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "change")
    evil = repository.commit("main.py", "evil")
    repository.git("revert", "--no-edit", evil)
    repository.git("commit", "--quiet", "--allow-empty", "-m", "last")
    repository.git("checkout", "--quiet", "main")
    fast_forwarded(repository)
    repository.reviewed(commit=evil)
    repository.reviewed(commit=evil, into="main~5")


def begun_in_the_middle(repository: Repository) -> None:
    """Of what was fast-forwarded; the branch was known to the build, and not that yet."""
    git = repository.git
    was = git("rev-parse", "main")
    git("checkout", "--quiet", "change")
    evil = repository.commit("main.py", "evil")
    git("revert", "--no-edit", evil)
    git("checkout", "--quiet", "main")
    fast_forwarded(repository)
    git("checkout", "--quiet", "-b", "never", evil)
    never = repository.commit("next", "one")
    git("checkout", "--quiet", "main")
    repository.commit("next", "one")
    repository.reviewed(commit=never, into=was)


def no_plan_kept(repository: Repository) -> None:
    merged(repository)
    repository.reviewed()
    repository.builds[0]["exportedEnvironmentVariables"] = []


def removed(repository: Repository) -> None:
    merged(repository)
    repository.reviewed().unlink()


def overwritten(repository: Repository) -> None:
    merged(repository)
    repository.reviewed().write_text("another plan")


REFUSED: dict[Callable[[Repository], None], str] = {
    nothing_reviewed: "no pull request was reviewed",
    planned_before_the_branch_moved: "no review that passed is of what was merged",
    merged_by_hand: "no review that passed is of what was merged",
    closed_gate: "no review that passed is of what was merged",
    claimed_by_another: "no review that passed is of what was merged",
    begun_in_the_middle: "no review that passed is of what was merged",
    claimed_by_a_commit_in_the_middle: "no review that passed is of what was merged",
    no_plan_kept: "no review that passed is of what was merged",
    removed: "the plan cannot be read, and it is removed after 14 days",
    overwritten: "the plan is not the one that was reviewed",
}


@pytest.mark.parametrize("happened", REFUSED, ids=lambda happened: happened.__name__)
def test_anything_else_is_refused_in_a_line_before_its_code_runs(
    repository: Repository, happened: Callable[[Repository], None]
) -> None:
    happened(repository)
    result = repository.apply()
    assert result.phases == {"build": False}
    said = [line for line in result.log.splitlines() if line.startswith("Nothing is applied: ")]
    remedy = "open another pull request, an empty commit is enough"
    assert said == [f"Nothing is applied: {REFUSED[happened]}; {remedy}"]
    assert {argv[0] for argv in result.argvs} == {"aws"}


def test_what_aws_refuses_is_no_review_that_is_missing(repository: Repository) -> None:
    merged(repository)
    repository.reviewed()
    result = repository.apply(fail="aws codebuild batch*")
    assert result.phases == {"build": False}
    assert "Nothing is applied" not in result.log
    assert len(result.calls) == 2


def test_a_plan_that_terraform_refuses_is_planned_anew(repository: Repository) -> None:
    merged(repository)
    repository.reviewed()
    result = repository.apply(fail="terraform * apply *")
    assert result.phases == {"build": False}
    assert "the state has moved: open another pull request" in result.log
