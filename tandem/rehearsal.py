"""A plan without an AWS account: what a change of a stack would do, rehearsed on the emulator.

    python -m tandem.rehearsal [--before STACK] STACK PLAN_JSON

STACK is a folder that main.py has written. The one before is applied to an emulator that ends
with the plan; without it nothing exists. That is enough to review a change, not to apply it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tandem.emulator import OVERRIDE_FILE, Emulator, SeedError, override, seed
from tandem.terraform import Terraform, TerraformError

Json = dict[str, Any]

_DESCRIBED = "cdk.tf.json"
_NOBODYS_ACCOUNT = "123456789012"


def rehearse(after: Path, *, before: Path | None = None) -> Json:
    """The plan as `terraform show -json` prints it.

    Nothing is written into the folders. What is protected stays so: a plan that would destroy it
    fails as it does at AWS.

    Args:
        after: Folder of the stack.
        before: Folder of the stack as it is now. None: nothing exists.

    Raises:
        OSError: A stack cannot be read.
        SeedError: A stack looks up what only the real account knows.
        TerraformError: Terraform failed.
    """
    described = _read(after)
    with (
        tempfile.TemporaryDirectory(prefix="tandem-rehearsal-") as work,
        Emulator(account_id=_account(described)) as emulator,
    ):
        was = None if before is None else _applied(before, Path(work) / "before", emulator)
        terraform, folder, state = _placed(described, Path(work) / "after", emulator)
        if was is not None:
            state.write_text(was, encoding="utf-8")
        plan = folder / "tandem.tfplan"
        terraform.plan(out=plan)
        return terraform.show_json(plan)


def _applied(stack: Path, work: Path, emulator: Emulator) -> str:
    """Make the stack real; the text of its state."""
    terraform, folder, state = _placed(_read(stack), work, emulator)
    plan = folder / "tandem.tfplan"
    terraform.plan(out=plan)
    terraform.apply(plan)
    return state.read_text(encoding="utf-8")


def _placed(described: Json, folder: Path, emulator: Emulator) -> tuple[Terraform, Path, Path]:
    """Terraform in a copy of the stack, the copy, and where the state of the copy is."""
    region = _region(described)
    seed(emulator, described, region=region)
    # The state is on this machine, and the account nobody's; the rest stays as it is.
    changed = {name: it for name, it in override(described).items() if name != "resource"}
    folder.mkdir()
    (folder / _DESCRIBED).write_text(json.dumps(described), encoding="utf-8")
    (folder / OVERRIDE_FILE).write_text(json.dumps(changed), encoding="utf-8")
    terraform = Terraform(folder, environment=emulator.environment(region=region))
    terraform.init()
    return terraform, folder, folder / changed["terraform"]["backend"]["local"]["path"]


def _read(stack: Path) -> Json:
    described: Json = json.loads((stack / _DESCRIBED).read_text(encoding="utf-8"))
    return described


def _provider(described: Json) -> Json:
    provider: Json = described["provider"]["aws"][0]
    return provider


def _region(described: Json) -> str:
    return str(_provider(described)["region"])


def _account(described: Json) -> str:
    return str(_provider(described).get("allowed_account_ids", [_NOBODYS_ACCOUNT])[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the plan; the exit status is 1 where there is none."""
    parser = argparse.ArgumentParser(prog="python -m tandem.rehearsal")
    parser.add_argument("--before", type=Path, metavar="STACK", help="what exists; else nothing")
    parser.add_argument("stack", type=Path, help="folder that main.py has written")
    parser.add_argument("plan", type=Path, help="where the plan's JSON goes")
    given = parser.parse_args(arguments)
    try:
        document = rehearse(given.stack, before=given.before)
        given.plan.write_text(json.dumps(document), encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
        return 1
    except (SeedError, TerraformError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
