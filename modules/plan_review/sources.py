"""How CodeBuild gets the code that is planned."""

from __future__ import annotations

from modules._cdktf import CodebuildProjectSource, CodebuildProjectSourceAuth
from modules.iam import ServiceRole, Statement
from modules.project import Project
from modules.settings.review import Host, ReviewedCodeCommit, ReviewedSource

_URLS: dict[Host, str] = {
    "bitbucket": "https://bitbucket.org",
    "github": "https://github.com",
    "gitlab": "https://gitlab.com",
}


def host(source: ReviewedSource) -> str:
    """Where pull requests are commented, as the standard buildspec calls it."""
    return "codecommit" if isinstance(source, ReviewedCodeCommit) else source.host


def name(source: ReviewedSource) -> str:
    """The repository, as its host calls it."""
    return source.codecommit if isinstance(source, ReviewedCodeCommit) else source.repository


def repository_arn(source: ReviewedCodeCommit, project: Project) -> str:
    """ARN of a CodeCommit repository."""
    return project.arn("codecommit", source.codecommit)


def project_source(
    source: ReviewedSource, project: Project, buildspec: str
) -> CodebuildProjectSource:
    """The source of a build project, with its history, so that branches can be merged.

    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html
    """
    if isinstance(source, ReviewedCodeCommit):
        git = f"git-codecommit.{project.region}.{project.dns_suffix}"
        return CodebuildProjectSource(
            type="CODECOMMIT",
            location=f"https://{git}/v1/repos/{source.codecommit}",
            buildspec=buildspec,
            git_clone_depth=0,
        )
    return CodebuildProjectSource(
        type=source.host.upper(),
        location=f"{_URLS[source.host]}/{source.repository}.git",
        auth=CodebuildProjectSourceAuth(type="CODECONNECTIONS", resource=source.connection),
        buildspec=buildspec,
        git_clone_depth=0,
        report_build_status=True,
    )


def grant_source(role: ServiceRole, source: ReviewedSource) -> None:
    """Let `role` get the code, and nothing else of that repository.

    A connection cannot be told that: its token may do what the connection may.

    https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
    https://docs.aws.amazon.com/codebuild/latest/userguide/connections-github-app.html
    """
    if isinstance(source, ReviewedCodeCommit):
        arn = repository_arn(source, Project.of(role))
        role.allow(Statement("Source", ["codecommit:GitPull"], [arn]))
        return
    prefix = source.connection.split(":")[2]
    actions = [f"{prefix}:GetConnection", f"{prefix}:GetConnectionToken"]
    role.allow(Statement("Source", actions, [source.connection]))
