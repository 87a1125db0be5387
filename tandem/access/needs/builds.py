"""What build projects need of their roles: CodeBuild itself, and the commands it runs."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.access.chosen import chosen
from tandem.access.needs.asking import Asker, asker
from tandem.access.needs.commands import command_needs, unclear_command
from tandem.access.needs.fetching import artifacts, own_key, own_source
from tandem.access.needs.images import log_in, pull, pull_build_image, push, repository_arn
from tandem.access.needs.index import index_of
from tandem.access.needs.need import Need, Unclear
from tandem.access.needs.network import network, unclear_network
from tandem.access.needs.programs import program_needs, unclear_program
from tandem.access.needs.stored import bucket_arn, unclear_encryption
from tandem.access.needs.variables import stored_values, unclear_values
from tandem.builds import Build, builds_of
from tandem.buildspec import Buildspec, Image
from tandem.deployment import BuildProject, Deployment
from tandem.deployment.blocks import block, text
from tandem.deployment.symbols import is_known, readable

SERVICE_ROLE = "https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html"


def build_needs(deployment: Deployment) -> Iterator[Need]:
    """What every build project needs of its role."""
    for project in deployment.projects:
        role = asker(deployment, project.role_arn, at=project.arn)
        if role is None:
            continue
        yield from _log(project, role)
        yield from _image(project, role)
        yield from network(project, role)
        yield from own_source(project, role)
        yield from _cache(project, role)
        for run in builds_of(deployment).of_project(project):
            yield from artifacts(run, role)
            yield from stored_values(run, role)
            if run.buildspec:
                yield from _commands(run, run.buildspec, role)


def _log(project: BuildProject, role: Asker) -> Iterator[Need]:
    """Write to CloudWatch Logs.

    https://docs.aws.amazon.com/codebuild/latest/userguide/change-project-console.html
    """
    said = block(project.resource.values, "logs_config", "cloudwatch_logs")
    if text(said, "status") == "DISABLED":
        return
    name = text(said, "group_name") or f"/aws/codebuild/{project.name}"
    group = role.place.arn("logs", f"log-group:{name}")
    why = f"{project.name} writes its log"
    stream = "logs:CreateLogStream logs:PutLogEvents"
    yield from role.ask(stream, f"{group}:log-stream:{chosen('stream')}", why, SERVICE_ROLE)
    is_there = name in index_of(role.deployment).log_groups
    create = "logs:CreateLogGroup"
    for need in role.ask(create, group, why, SERVICE_ROLE, advised=is_there):
        # A policy may name the group with ":*" only, which CloudWatch Logs takes as well.
        yield need._replace(alternatives=((create, f"{group}:log-stream:"),))


def _image(project: BuildProject, role: Asker) -> Iterator[Need]:
    """Pull the image that the build runs in."""
    arn = repository_arn(role.deployment, project.image) if project.pulls_as_itself else None
    if arn:
        why = f"{project.name} runs in {project.image}"
        yield from log_in(role, why)
        yield from pull_build_image(role, arn, why)


def _cache(project: BuildProject, role: Asker) -> Iterator[Need]:
    """Keep files in a bucket from one build to the next.

    https://docs.aws.amazon.com/codebuild/latest/userguide/build-caching.html
    """
    cache = block(project.resource.values, "cache")
    location = text(cache, "location")
    if text(cache, "type") == "S3" and location:
        name, _, folder = location.partition("/")
        within = f"{folder.rstrip('/')}/" if folder else ""
        objects = f"{bucket_arn(role, name)}/{within}{chosen('object')}"
        why = f"{project.name} keeps its cache in {location}"
        actions = "s3:GetObject s3:PutObject"
        yield from role.ask(actions, objects, why, SERVICE_ROLE)


def _commands(run: Build, seen: Buildspec, role: Asker) -> Iterator[Need]:
    """What the commands of a buildspec need."""
    name, deployment = run.project.name, role.deployment
    if seen.logs_in_to_ecr:
        yield from log_in(role, f"{name} logs in to ECR")
    for image in seen.pushes:
        arn = repository_arn(deployment, image.repository)
        if arn and not _is_only_tagged(image, seen):
            why = f"{name} pushes {readable(image.repository)}"
            yield from push(role, arn, why, optional=not image.certain)
    for image in seen.pulls:
        arn = repository_arn(deployment, image.repository)
        if arn:
            why = f"{name} pulls {readable(image.repository)}"
            yield from pull(role, arn, why, optional=not image.certain)
    if seen.uses_docker:
        yield from _bases(run, seen, role)
    for command in seen.commands:
        yield from command_needs(command, run.project, role)
        yield from program_needs(command, run, role)


def _is_only_tagged(image: Image, seen: Buildspec) -> bool:
    """Whether `aws ecr put-image` makes it of an image that is there: no layer is uploaded."""
    own = image.repository.partition("/")[2]
    return any(
        command.argv[:1] == ("aws",)
        and "put-image" in command.argv
        and own in " ".join(command.argv)
        for command in seen.commands
    ) and not any(
        image.repository in word
        for command in seen.commands
        for word in command.argv
        if command.argv[0] != "aws"
    )


def _bases(run: Build, seen: Buildspec, role: Asker) -> Iterator[Need]:
    """Pull the images that a Dockerfile may begin with: build arguments that name some in ECR."""
    pushed = {repository_arn(role.deployment, image.repository) for image in seen.pushes}
    for name, value in run.variables.items():
        arn = repository_arn(role.deployment, value)
        if arn is None:
            continue
        if name in seen.base_arguments:
            yield from pull(role, arn, f"{run.project.name} builds on {readable(value)}")
        elif arn not in pushed:
            why = f"{run.project.name} knows {readable(value)} as {name}"
            yield from pull(role, arn, why, optional=True)


def build_unclear(deployment: Deployment) -> Iterator[Unclear]:
    """What build projects may need besides."""
    for project in deployment.projects:
        role = asker(deployment, project.role_arn, at=project.arn)
        if role is None:
            continue
        yield from unclear_encryption(own_key(project), role, "what it makes")
        yield from unclear_network(project, role)
        for run in builds_of(deployment).of_project(project):
            yield from unclear_values(run, role)
            yield from _unclear(run, role)


def _unclear(run: Build, role: Asker) -> Iterator[Unclear]:
    name, seen = run.project.name, run.buildspec
    if not run.complete:
        yield role.unclear("*", f"the environment variables of {name} are not known yet")
    if seen is None:
        yield role.unclear("*", f"{name}: its buildspec {run.hidden}")
        return
    for problem in seen.problems:
        yield role.unclear("*", f"{name}: {problem}")
    for script in seen.scripts:
        yield role.unclear("*", f"{name} runs {readable(script)}, which lies in the source")
    for command in seen.commands:
        yield from unclear_command(command, run.project, role)
        yield from unclear_program(command, run, role)
    for image in (*seen.pushes, *seen.pulls):
        if not is_known(image.repository) and not repository_arn(role.deployment, image.repository):
            why = f"which repository {readable(image.repository)} is, is not known yet"
            yield role.unclear("ecr:*", f"{name}: {why}")
