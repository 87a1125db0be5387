"""CodeCommit as moto has it, with tags and settings. Repositories stay without commits."""

import json
from typing import Any

import moto.codecommit.urls
from moto.codecommit.exceptions import RepositoryDoesNotExistException
from moto.codecommit.models import CodeCommit
from moto.codecommit.responses import CodeCommitResponse
from moto.core.utils import unix_time


def mend() -> None:
    """Answer CodeCommit's calls from here."""
    moto.codecommit.urls.url_paths["{0}/$"] = _MendedCodeCommit.dispatch


class _MendedCodeCommit(CodeCommitResponse):
    """Keeps a repository's settings and tags, and gives dates as the SDKs read them.

    https://docs.aws.amazon.com/codecommit/latest/APIReference/API_Operations.html
    """

    def create_repository(self) -> str:
        super().create_repository()
        wanted = json.loads(self.body)
        repository = self._repository(wanted["repositoryName"])
        # moto drops the key and the tags, and stores null for a description that was not sent.
        _tags(repository).update(wanted.get("tags") or {})
        described = {"repositoryDescription": "", **wanted}
        kept = {name: described[name] for name in _SETTINGS if name in described}
        # Its dates are ISO strings, where the SDKs want epoch numbers.
        return _changed(repository, creationDate=unix_time(), **kept)

    # From here on: missing in moto.

    def list_repositories(self) -> str:
        found = [
            {"repositoryName": name, "repositoryId": repository.repository_metadata["repositoryId"]}
            for name, repository in sorted(self.codecommit_backend.repositories.items())
        ]
        return json.dumps({"repositories": found})

    def list_branches(self) -> str:
        metadata = self._repository(self._get_param("repositoryName")).repository_metadata
        return json.dumps({"branches": [metadata[name] for name in metadata if name == _BRANCH]})

    def update_default_branch(self) -> str:
        repository = self._repository(self._get_param("repositoryName"))
        _changed(repository, **{_BRANCH: self._get_param("defaultBranchName")})
        return "{}"

    def update_repository_description(self) -> str:
        repository = self._repository(self._get_param("repositoryName"))
        _changed(repository, repositoryDescription=self._get_param("repositoryDescription") or "")
        return "{}"

    def list_tags_for_resource(self) -> str:
        return json.dumps({"tags": _tags(self._tagged())})

    def tag_resource(self) -> str:
        _tags(self._tagged()).update(self._get_param("tags"))
        return "{}"

    def untag_resource(self) -> str:
        tags = _tags(self._tagged())
        for key in self._get_param("tagKeys"):
            tags.pop(key, None)
        return "{}"

    def _tagged(self) -> CodeCommit:
        return self._repository(self._get_param("resourceArn").rpartition(":")[2])

    def _repository(self, name: str) -> CodeCommit:
        repository = self.codecommit_backend.repositories.get(name)
        if repository is None:
            raise RepositoryDoesNotExistException(name)
        return repository


_BRANCH = "defaultBranch"
_SETTINGS = ("repositoryDescription", "kmsKeyId")


def _changed(repository: CodeCommit, **settings: Any) -> str:
    metadata: dict[str, Any] = repository.repository_metadata
    metadata.update(settings, lastModifiedDate=unix_time())
    return json.dumps({"repositoryMetadata": metadata})


def _tags(repository: CodeCommit) -> dict[str, str]:
    """Return the repository's own tags, to read or to change. moto has no place for them."""
    tags: dict[str, str] = vars(repository).setdefault("tags", {})
    return tags
