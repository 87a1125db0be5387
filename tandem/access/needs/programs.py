"""What programs other than `aws` need: Terraform, and `tandem` itself."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.access.needs.asking import Asker
from tandem.access.needs.need import Need, Unclear
from tandem.builds import Build
from tandem.buildspec import Command

_COMMENT = ("-m", "tandem", "comment")
_PERMISSIONS = "https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html"
_TERRAFORM = frozenset({"terraform", "tofu", "terragrunt"})
_OFFLINE = frozenset({"fmt", "get", "providers", "show", "validate", "version"})
"""What asks nothing of AWS."""


def program_needs(command: Command, run: Build, role: Asker) -> Iterator[Need]:
    """What a command needs; nothing where it is not known, see `unclear_program`."""
    if command.argv[1:4] == _COMMENT and "--codecommit" in command.argv:
        arn = role.place.arn("codecommit", run.variables.get("TANDEM_REPOSITORY", ""))
        actions = (
            "codecommit:GetCommentsForPullRequest codecommit:PostCommentForPullRequest "
            "codecommit:UpdateComment"
        )
        why = f"{run.project.name} runs tandem comment"
        for need in role.ask(actions, arn, why, _PERMISSIONS):
            yield need if command.certain else need._replace(optional=True, advised=True)


def unclear_program(command: Command, run: Build, role: Asker) -> Iterator[Unclear]:
    """Terraform asks for whatever its configuration and its state have, which is not seen here."""
    if not command.argv or command.argv[0] not in _TERRAFORM:
        return
    words = [word for word in command.argv[1:] if not word.startswith("-")]
    if words and words[0] not in _OFFLINE:
        what = f"{command.argv[0]} {words[0]}"
        yield role.unclear("*", f"{run.project.name} runs {what}: what that needs is not seen here")
