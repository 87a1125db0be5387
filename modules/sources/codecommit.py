"""A CodeCommit repository as a source."""

from __future__ import annotations

from modules.element import literal
from modules.expressions import true, where
from modules.iam import Statement
from modules.project import Project
from modules.settings import CodeCommit
from modules.sources.action import ACTION, SourceAction, action, artifact_format, trigger_name
from modules.triggers import Revision, Trigger


def codecommit(source: CodeCommit, project: Project) -> SourceAction:
    """Fetch a branch of a repository in this account and region, at every commit."""
    arn = project.arn("codecommit", source.codecommit)
    branch = literal(source.branch)
    fetch = [
        "codecommit:CancelUploadArchive",
        "codecommit:GetBranch",
        "codecommit:GetCommit",
        "codecommit:GetUploadArchiveStatus",
        "codecommit:UploadArchive",
    ]
    clone = true(source.full_clone)
    configuration = {
        "RepositoryName": source.codecommit,
        "BranchName": branch,
        "PollForSourceChanges": "false",  # omitted means polling, beside the trigger
        "OutputArtifactFormat": artifact_format(source.full_clone),
    }
    return SourceAction(
        action=action(ACTION, "CodeCommit", configuration),
        revision=f"#{{{ACTION}.CommitId}}",
        # https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
        pipeline_needs=[
            Statement("Source", [*fetch, *where(clone, "codecommit:GetRepository")], [arn])
        ],
        build_needs=[Statement("SourceClone", ["codecommit:GitPull"], [arn], when=clone)],
        triggers=[
            Trigger(
                name=trigger_name(source.codecommit, source.branch, suffix="-committed"),
                description=f"Builds every commit to {branch} of {source.codecommit}",
                pattern={
                    "source": ["aws.codecommit"],
                    "detail-type": ["CodeCommit Repository State Change"],
                    "resources": [arn],
                    "detail": {
                        "event": ["referenceCreated", "referenceUpdated"],
                        "referenceType": ["branch"],
                        "referenceName": [branch],
                    },
                },
                revision=Revision("COMMIT_ID", "$.detail.commitId"),
            )
        ],
    )
