"""What gives somebody access without a policy that says so, such as a password."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.review.reading.plan import ResourceChange

_ACCESS_KEY = "Whoever has its secret may act as its user."
_SIGN_IN = "Whoever has its password may act as its user."
_USER = ("user", "aws_iam_user", "name")
_SNAPSHOT = "Others than this account may restore the snapshot, and read all that is in it."
_CLUSTER = ("cluster_name", "aws_eks_cluster", "name")


@dataclass(frozen=True)
class _Gift:
    names: tuple[str, ...]
    """The arguments that say who gets what."""
    words: str
    of: tuple[str, str, str] | None = None
    """The argument that names what is opened, the type of that, and the attribute it names."""
    when_made: bool = True
    """Whether it opens something as soon as it is there."""


_GIFTS: Mapping[str, _Gift] = {
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
    "aws_iam_access_key": _Gift(("user", "status", "pgp_key"), _ACCESS_KEY, _USER),
    "aws_iam_user_login_profile": _Gift(("user", "pgp_key"), _SIGN_IN, _USER),
    "aws_iam_service_specific_credential": _Gift(
        ("user_name", "status"), _SIGN_IN, ("user_name", *_USER[1:])
    ),
    "aws_iam_user_ssh_key": _Gift(
        ("username", "public_key", "status"),
        "Whoever has its private key may use CodeCommit as its user.",
        ("username", *_USER[1:]),
    ),
    # Who is let in by them stands in the policies of roles, unless they let in others than before.
    "aws_iam_saml_provider": _Gift(
        ("saml_metadata_document",),
        "Others may sign in to the roles that trust it.",
        when_made=False,
    ),
    "aws_iam_openid_connect_provider": _Gift(
        ("client_id_list",), "Others may sign in to the roles that trust it.", when_made=False
    ),
    "aws_rolesanywhere_trust_anchor": _Gift(
        ("source", "enabled"), "Whoever has a certificate of it may sign in to roles."
    ),
    "aws_ssoadmin_account_assignment": _Gift(
        ("principal_id", "permission_set_arn", "target_id"),
        "Its principal may sign in to the account.",
    ),
    # https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html
    "aws_eks_access_policy_association": _Gift(
        ("principal_arn", "policy_arn", "access_scope"),
        "Its principal may do in the cluster what its access policy says.",
        _CLUSTER,
    ),
    "aws_eks_access_entry": _Gift(
        ("principal_arn", "kubernetes_groups"), "Its principal may use the cluster.", _CLUSTER
    ),
    # https://docs.aws.amazon.com/ram/latest/userguide/what-is.html
    "aws_ram_principal_association": _Gift(
        ("principal", "resource_share_arn"), "Its principal may use what is shared."
    ),
    "aws_ram_resource_association": _Gift(
        ("resource_arn", "resource_share_arn"),
        "Those with whom something is shared may use it too.",
    ),
    "aws_ami_launch_permission": _Gift(
        ("account_id", "group", "organization_arn", "organizational_unit_arn"),
        "Others may start instances of the image, and read all that is in it.",
    ),
    "aws_snapshot_create_volume_permission": _Gift(
        ("account_id",), "Another account may read the snapshot."
    ),
    **dict.fromkeys(
        (
            "aws_db_cluster_snapshot",
            "aws_db_snapshot",
            "aws_db_snapshot_copy",
            "aws_rds_cluster_snapshot_copy",
        ),
        _Gift(("shared_accounts",), _SNAPSHOT),
    ),
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
    "aws_ssm_document": _Gift(
        ("permissions",), "Others than this account may read the document and run it."
    ),
    "aws_vpc_endpoint_service_allowed_principal": _Gift(
        ("principal_arn",), "Its principal may connect to the service."
    ),
    "aws_lakeformation_permissions": _Gift(
        ("principal", "permissions", "permissions_with_grant_option"),
        "Its principal may use the data.",
    ),
}


def giving(of_type: str) -> tuple[str, ...]:
    """The arguments of a type of resource that say to whom it gives what."""
    found = _GIFTS.get(of_type)
    return found.names if found else ()


def given(change: ResourceChange) -> Iterator[tuple[str, str]]:
    """The arguments with which somebody gets access, each with what that means."""
    gift = _GIFTS.get(change.type)
    if gift is None or change.after is None or change.after.get("status") == "Inactive":
        return
    before = change.before
    if gift.when_made and (before is None or change.action == "replace"):
        before = {}  # a new credential may get to somebody else, though all arguments stay
    if before is None:
        return
    for name in gift.names:
        if _says_more(change, name, before.get(name)):
            yield name, gift.words


def _says_more(change: ResourceChange, name: str, before: Any) -> bool:
    """Whether an argument gives something that it did not; what is not known yet may."""
    if isinstance(change.unknown, Mapping) and change.unknown.get(name) is True:
        return True
    after = (change.after or {}).get(name)
    if isinstance(after, list):
        had = before if isinstance(before, list) else []
        return not all(it in had for it in after)
    return after not in (None, "", False, before)


def is_new_altogether(change: ResourceChange, changes: tuple[ResourceChange, ...]) -> bool:
    """Whether what is opened is made in the same plan, so that nobody gets what there was."""
    gift = _GIFTS.get(change.type)
    if gift is None or gift.of is None:
        return False
    argument, owner, attribute = gift.of
    name = (change.after or {}).get(argument)
    return name is not None and any(
        it.type == owner and it.action == "create" and (it.after or {}).get(attribute) == name
        for it in changes
    )
