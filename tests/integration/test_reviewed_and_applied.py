"""What a build reviewed, another applies: both buildspecs, with the real Terraform and git.

AWS is a stand-in, the stack is one of Terraform's own resources, so that no provider starts.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from buildspec_runner import Build, run
from codebuild_answers import ANSWER
from synthesis import ROOT

pytestmark = pytest.mark.integration

MAIN = """\
import json, os, pathlib
folder = pathlib.Path("cdktf.out/stacks/shop")
folder.mkdir(parents=True, exist_ok=True)
(folder / "cdk.tf.json").write_text(json.dumps({
    "terraform": {"backend": {"local": {"path": os.environ["STATE"]}}},
    "resource": {"terraform_data": {"shop": {"input": pathlib.Path("shop.txt").read_text()}}},
}))
"""
DOES = f"""
case "$tool $*" in
"aws codebuild "*) "{sys.executable}" "$ANSWER" "$@" ;;
"aws s3 cp s3://"*) cp "$BUCKET/${{3##*/}}" "$4" ;;
"aws s3 cp "*) cp "$3" "$BUCKET/${{4##*/}}" ;;
"python "*) PYTHONPATH={ROOT} "{sys.executable}" "$@" ;;
esac || exit
"""


class Account:
    """A repository with a pull request, a bucket, a state, and the builds of both projects."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.origin = folder, folder / "origin"
        self.state = folder / "terraform.tfstate"
        for made in (self.origin, folder / "bucket"):
            made.mkdir()
        (folder / "answer.py").write_text(ANSWER)
        self.git("init", "--quiet", "-b", "main")
        (self.origin / "main.py").write_text(MAIN)
        (self.origin / ".gitignore").write_text("cdktf.out\n")
        self.commit("one")
        self.git("checkout", "--quiet", "-b", "change")
        self.change = self.commit("two")
        self.git("checkout", "--quiet", "main")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
        command = ["git", *who, *arguments]
        done = subprocess.run(command, cwd=self.origin, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, text: str) -> str:
        (self.origin / "shop.txt").write_text(text)
        self.git("add", "-A")
        self.git("commit", "--quiet", "-m", text)
        return self.git("rev-parse", "HEAD")

    def build(self, buildspec: str, branch: str, name: str) -> Build:
        work = self.folder / name
        work.mkdir()
        where = str(work / "source")
        self.git("clone", "--quiet", "--branch", branch, str(self.origin), where)
        terraform = Path(shutil.which("terraform") or "").parent
        return run(  # noqa: S604 - its shell is not that of subprocess
            ROOT / f"buildspecs/{buildspec}.yml",
            shell="dash",
            one_instance=False,
            work=work,
            env={
                "ANSWER": str(self.folder / "answer.py"),
                "BUCKET": str(self.folder / "bucket"),
                "BUILDS": str(self.folder / "builds.json"),
                "CHECKPOINT_DISABLE": "1",
                "FAIL": "",
                "HOME": str(work),
                "PATH": f"{work}/tools:{terraform}:/usr/bin:/bin",
                "STATE": str(self.state),
                "TANDEM_HOST": "github",
                "TANDEM_PLANS": "s3://shop-plans",
                "TANDEM_REVIEW": "shop-plan_review",
            },
            tools=("aws", "python", "sh"),
            does=DOES,
        )

    def review(self) -> None:
        """Build the pull request, as CodeBuild then says it did."""
        built = self.build("plan", "change", "review")
        assert all(built.phases.values()), built.log
        told = [{"name": name, "value": value} for name, value in built.exported.items()]
        answer = {
            "id": "shop-plan_review:1",
            "buildNumber": 1,
            "buildStatus": "SUCCEEDED",
            "resolvedSourceVersion": self.change,
            "exportedEnvironmentVariables": told,
        }
        (self.folder / "builds.json").write_text(json.dumps([answer]))


def test_what_was_reviewed_is_applied_once(tmp_path: Path) -> None:
    account = Account(tmp_path)
    account.review()
    assert not account.state.exists()
    account.git("merge", "--quiet", "--no-ff", "--no-edit", "change")
    first = account.build("apply", "main", "first")
    assert first.phases == {"build": True}, first.log
    (resource,) = json.loads(account.state.read_text())["resources"]
    assert resource["instances"][0]["attributes"]["input"]["value"] == "two"

    applied = account.state.read_bytes()
    second = account.build("apply", "main", "second")
    assert second.phases == {"build": False}
    assert "Saved plan is stale" in second.log
    assert "the state has moved: open another pull request" in second.log
    assert account.state.read_bytes() == applied
