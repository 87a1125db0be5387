"""The checks of the permissions, for the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

_BEST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege"


@dataclass(frozen=True)
class AccessCheck:
    """One thing that can be wrong with a role."""

    id: str
    title: str
    why: str
    """What happens, for people: Markdown."""
    remedy: str
    page: str


CHECKS = (
    AccessCheck(
        id="permission-missing",
        title="A role may not do what its work asks for",
        why="A step of the pipeline, a command of the buildspec or the target of a rule needs an "
        "action that no policy of the role allows, or that one denies: a policy of the role, its "
        "permissions boundary, or the policy of the resource. The step fails with `AccessDenied`; "
        "a rule's target fails without a word. Where a service acts without a role, it is the "
        "policy of the resource that must allow it.",
        remedy="Add the statement that the finding names.",
        page="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    ),
    AccessCheck(
        id="permission-too-wide",
        title="A role may do what it must never do",
        why="The role may push to another image's repository, delete images, read another bucket, "
        "start another pipeline or build, pass another role, or change its own policies. Whoever "
        "changes one image's source can then change every image.",
        remedy="Name in the statement only the actions and resources that are needed.",
        page=_BEST,
    ),
    AccessCheck(
        id="permission-any-resource",
        title="A statement is about every resource, though AWS lets it name those that are meant",
        why="`Resource` is `*`, or has `*` for the name, as in `repository/*`, and AWS checks the "
        "action against named resources. Not found: what is needed on `*`, what has no name "
        "before it is made, and statements with a condition on a tag or on the ARN of what the "
        "resources belong to.",
        remedy="Name the ARNs that are meant.",
        page="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    ),
    AccessCheck(
        id="trust-without-condition",
        title="A service may assume the role for anybody's resources",
        why="The service says for which resource and account it assumes a role, and the trust "
        "policy does not ask: somebody else's pipeline, project or rule could make the service "
        "use the role (the confused deputy).",
        remedy="Ask for `aws:SourceAccount`, better for `aws:SourceArn` too, in the trust policy.",
        page="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    ),
    AccessCheck(
        id="trust-too-wide",
        title="More may assume the role than use it",
        why="Anybody, another account, or a service that nothing uses the role with may assume it.",
        remedy="Name only what uses the role as its Principal.",
        page="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    ),
)
"""All of them, in the order of the catalogue."""
