"""What a plan of something new leaves open of the texts that a reviewer must see."""

from collections.abc import Iterator

from synthesis import Block

POLICIES = ("assume_role_policy", "policy")
OURS = {"aws_iam_role", "aws_iam_role_policy", "aws_s3_bucket_policy", "aws_sqs_queue"}
"""What has a policy of ours; of other types AWS makes one up."""


def texts(plan: Block) -> Iterator[tuple[str, bool]]:
    """Every policy and every variable of a build in a plan, and whether its text is known."""
    for resource in plan["resource_changes"]:
        address, after = resource["address"], resource["change"]["after"]
        if resource["type"] in OURS:
            unknown = resource["change"]["after_unknown"]
            yield from (
                (f"{address}.{name}", name in after and unknown.get(name) is not True)
                for name in POLICIES
                if name in after or name in unknown
            )
        elif resource["type"] == "aws_codebuild_project":
            for variable in after["environment"][0]["environment_variable"]:
                yield f"{address}.{variable.get('name')}", "value" in variable
