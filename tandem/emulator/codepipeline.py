"""CodePipeline as moto has it, with dates the SDKs can read. An execution succeeds at once."""

import json
from typing import Any

import moto.codepipeline.urls
from moto.codepipeline.exceptions import InvalidStructureException
from moto.codepipeline.models import CodePipeline, PipelineExecution
from moto.codepipeline.responses import CodePipelineResponse
from moto.core.parse import default_timestamp_parser
from moto.core.utils import unix_time
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

_SERVICE = "codepipeline.amazonaws.com"
_DATES = {"created", "updated", "startTime", "lastUpdateTime"}


def mend() -> None:
    """Answer CodePipeline's calls from here."""
    moto.codepipeline.urls.url_paths["{0}/$"] = _MendedCodePipeline.dispatch


class _MendedCodePipeline(CodePipelineResponse):
    """Takes every form of trust policy, and remembers what an execution was started with.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_Operations.html
    """

    def create_pipeline(self) -> str:
        # moto reads one form of trust policy only, and answers 500 or refuses the others.
        wanted = json.loads(self.body)
        pipeline, tags = wanted["pipeline"], wanted.get("tags") or []
        name, role = pipeline["name"], pipeline["roleArn"]
        pipelines = self.codepipeline_backend.pipelines
        if name in pipelines:
            message = f"A pipeline with the name '{name}' already exists in this account"
            raise InvalidStructureException(message)
        if not self._may_assume(role):
            message = f"CodePipeline is not authorized to perform AssumeRole on role {role}"
            raise InvalidStructureException(message)
        created = CodePipeline(self.current_account, self.region, pipeline)
        created.validate_tags(tags)
        created.tags.update((tag["key"], tag["value"]) for tag in tags)
        pipelines[name] = created
        return json.dumps({"pipeline": created.pipeline, "tags": tags})

    def start_pipeline_execution(self) -> str:
        # moto forgets which revisions were asked for.
        answer = super().start_pipeline_execution()
        execution = self._execution(json.loads(answer)["pipelineExecutionId"])
        vars(execution)["source_revisions"] = self._get_param("sourceRevisions") or []
        return answer

    def list_pipeline_executions(self) -> str:
        answer = json.loads(super().list_pipeline_executions())
        for summary in answer["pipelineExecutionSummaries"]:
            execution = self._execution(summary["pipelineExecutionId"])
            summary["sourceRevisions"] = [
                {"actionName": asked["actionName"], "revisionId": asked["revisionValue"]}
                for asked in vars(execution)["source_revisions"]
            ]
        return _dated(answer)

    def get_pipeline(self) -> str:
        return _dated(json.loads(super().get_pipeline()))

    def list_pipelines(self) -> str:
        return _dated(json.loads(super().list_pipelines()))

    def _execution(self, execution_id: str) -> PipelineExecution:
        pipelines = self.codepipeline_backend.pipelines
        name = self._get_param("name") or self._get_param("pipelineName")
        return pipelines[name].executions[execution_id]

    def _may_assume(self, role_arn: str) -> bool:
        try:
            role = iam_backends[self.current_account][self.partition].get_role_by_arn(role_arn)
        except NotFoundException:
            return False
        statements = _listed(json.loads(role.assume_role_policy_document)["Statement"])
        principals = [statement["Principal"] for statement in statements]
        return any(
            _SERVICE in _listed(principal.get("Service", []))
            for principal in principals
            if isinstance(principal, dict)  # else it is "*"
        )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _dated(answer: Any) -> str:
    """Return the answer as JSON, with moto's ISO dates as the epoch numbers the SDKs want."""

    def epoch(value: Any) -> Any:
        match value:
            case dict():
                return {
                    name: unix_time(default_timestamp_parser(entry))
                    if name in _DATES
                    else epoch(entry)
                    for name, entry in value.items()
                }
            case list():
                return [epoch(entry) for entry in value]
        return value

    return json.dumps(epoch(answer))
