"""What the `aws` commands of a build need.

https://docs.aws.amazon.com/cli/latest/reference/ has the commands,
https://docs.aws.amazon.com/service-authorization/latest/reference/ the actions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tandem.access.chosen import chosen
from tandem.access.needs import ecs_commands
from tandem.access.needs.asking import Asker
from tandem.access.needs.calls import Call, call_of
from tandem.access.needs.images import log_in
from tandem.access.needs.need import Need, Unclear
from tandem.access.needs.stored import bucket_arn
from tandem.access.needs.variables import parameter_arn, secret_arn
from tandem.buildspec import Command
from tandem.deployment import BuildProject
from tandem.deployment.symbols import readable


def command_needs(command: Command, project: BuildProject, role: Asker) -> Iterator[Need]:
    """What a command needs; nothing where it is not known, see `unclear_command`."""
    call = call_of(command, project, role)
    known = _COMMANDS.get((call.service, call.command)) if call else None
    if call and known:
        for need in known(call):
            yield need if command.certain else need._replace(optional=True)


def unclear_command(command: Command, project: BuildProject, role: Asker) -> Iterator[Unclear]:
    """What is not known: commands that are not in the table, and files that they are given."""
    call = call_of(command, project, role)
    if call and (call.service, call.command) == ("ecs", "register-task-definition"):
        yield from ecs_commands.unclear_roles(call)
    if call and (call.service, call.command) not in _COMMANDS and call.service not in _HARMLESS:
        why = f"{call.why}: what that needs is not known here"
        yield role.unclear(f"{_PREFIXES.get(call.service, call.service)}:*", readable(why))


def _login(call: Call) -> Iterator[Need]:
    return log_in(call.asker, call.why)


def _public_login(call: Call) -> Iterator[Need]:
    return call.ask("ecr-public:GetAuthorizationToken sts:GetServiceBearerToken", "*")


def _repository(action: str) -> Callable[[Call], Iterator[Need]]:
    def needs(call: Call) -> Iterator[Need]:
        names = call.option("--repository-name") or call.option("--repository-names")
        known = call.asker.deployment.repository_of.get(names)
        arn = known.arn if known else call.asker.place.arn("ecr", f"repository/{names}")
        return call.ask(action, arn if names else "*")

    return needs


def _copy(call: Call) -> Iterator[Need]:
    """https://docs.aws.amazon.com/cli/latest/userguide/cli-services-s3-commands.html."""
    many = call.command == "sync" or "--recursive" in call.options
    for place, name in enumerate(call.arguments[:2]):
        if not name.startswith("s3://"):
            continue
        bucket_name, _, key = name.removeprefix("s3://").partition("/")
        bucket = bucket_arn(call.asker, bucket_name)
        folder = f"{key.rstrip('/')}/" if key else ""
        is_one = key and not key.endswith("/") and not many
        within = key if is_one else f"{folder}{chosen('object')}"
        action = "s3:PutObject" if place else "s3:GetObject"
        yield from call.ask(action, f"{bucket}/{within}")
        if many:
            yield from call.ask("s3:ListBucket", bucket)
        if "--delete" in call.options and place:
            yield from call.ask("s3:DeleteObject", f"{bucket}/{within}")


def _list(call: Call) -> Iterator[Need]:
    for name in call.arguments[:1]:
        bucket = name.removeprefix("s3://").partition("/")[0]
        yield from call.ask("s3:ListBucket", bucket_arn(call.asker, bucket))


def _parameter(action: str) -> Callable[[Call], Iterator[Need]]:
    def needs(call: Call) -> Iterator[Need]:
        name = call.option("--name") or call.option("--names")
        return call.ask(action, parameter_arn(call.asker, name))

    return needs


def _secret(call: Call) -> Iterator[Need]:
    return call.ask(
        "secretsmanager:GetSecretValue", secret_arn(call.asker, call.option("--secret-id"))
    )


def _named(action: str, option: str, form: str) -> Callable[[Call], Iterator[Need]]:
    """An action on what an option names, whose ARN has that form."""
    service, _, resource = form.partition(":")

    def needs(call: Call) -> Iterator[Need]:
        name = call.option(option)
        is_arn = name.startswith("arn:")
        arn = name if is_arn else call.asker.place.arn(service, resource.format(name))
        return call.ask(action, arn)

    return needs


_COMMANDS: Mapping[tuple[str, str], Callable[[Call], Iterator[Need]]] = {
    ("codebuild", "start-build"): _named(
        "codebuild:StartBuild", "--project-name", "codebuild:project/{}"
    ),
    ("codepipeline", "start-pipeline-execution"): _named(
        "codepipeline:StartPipelineExecution", "--name", "codepipeline:{}"
    ),
    ("ecr", "batch-delete-image"): _repository("ecr:BatchDeleteImage"),
    ("ecr", "batch-get-image"): _repository("ecr:BatchGetImage"),
    ("ecr", "describe-image-scan-findings"): _repository("ecr:DescribeImageScanFindings"),
    ("ecr", "describe-images"): _repository("ecr:DescribeImages"),
    ("ecr", "describe-repositories"): _repository("ecr:DescribeRepositories"),
    ("ecr", "get-authorization-token"): _login,
    ("ecr", "get-login"): _login,
    ("ecr", "get-login-password"): _login,
    ("ecr", "list-images"): _repository("ecr:ListImages"),
    ("ecr", "put-image"): _repository("ecr:PutImage"),
    ("ecr", "start-image-scan"): _repository("ecr:StartImageScan"),
    ("ecr-public", "get-login-password"): _public_login,
    ("ecs", "describe-services"): ecs_commands.service("ecs:DescribeServices"),
    ("ecs", "describe-task-definition"): ecs_commands.describe_task_definition,
    ("ecs", "describe-tasks"): ecs_commands.describe_tasks,
    ("ecs", "list-tasks"): ecs_commands.list_tasks,
    ("ecs", "register-task-definition"): ecs_commands.register_task_definition,
    ("ecs", "update-service"): ecs_commands.service("ecs:UpdateService"),
    ("lambda", "update-function-code"): _named(
        "lambda:UpdateFunctionCode", "--function-name", "lambda:function:{}"
    ),
    ("s3", "cp"): _copy,
    ("s3", "ls"): _list,
    ("s3", "sync"): _copy,
    ("secretsmanager", "get-secret-value"): _secret,
    ("sns", "publish"): _named("sns:Publish", "--topic-arn", "sns:{}"),
    ("ssm", "get-parameter"): _parameter("ssm:GetParameter"),
    ("ssm", "get-parameters"): _parameter("ssm:GetParameters"),
    ("sts", "get-caller-identity"): lambda _: iter(()),
}
_HARMLESS = frozenset({"configure", "help"})
_PREFIXES = {"s3api": "s3", "logs": "logs", "deploy": "codedeploy", "stepfunctions": "states"}
"""IAM's prefix of a service that the command line calls otherwise."""
