"""A file with every setting in it, through Terraform's whole life: made, changed, destroyed."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import pytest
from first_plan import texts
from looking import Look
from ruamel.yaml import YAML
from synthesis import KITCHEN_SINK, Block, addresses, read, synthesize

from tandem.config import Config, load
from tandem.config.fields import fields_of, members
from tandem.emulator import OVERRIDE_FILE, Emulator, override, seed
from tandem.terraform import Terraform, TerraformError

ACCOUNT = "111122223333"
REGION = "eu-west-1"
FEW_CHOICES = 3

Changes = dict[str, list[str]]
"""What a plan does, by address."""


def settings() -> Any:
    """The file, to be changed."""
    return YAML(typ="safe", pure=True).load(KITCHEN_SINK)


# The file


def atoms(annotation: Any) -> Iterator[Any]:
    """The forms a setting may have: types, and the choices where there are few."""
    for member in members(annotation):
        origin = get_origin(member)
        if origin is Literal:
            choices = get_args(member)
            yield from choices if len(choices) <= FEW_CHOICES else [type(choices[0])]
        elif origin in (dict, list):
            yield origin
            yield from atoms(get_args(member)[-1])
        elif member is not NoneType:
            yield member


def required(cls: type, known: set[type]) -> Iterator[tuple[type, str, Any]]:
    """Every setting in every form, but for the choice that is the default."""
    known.add(cls)
    for name, field in fields_of(cls).items():
        default = field.get_default(call_default_factory=True, validated_data={})
        for atom in atoms(field.annotation):
            if not isinstance(atom, type) and atom == default:
                continue
            yield cls, name, atom
            if hasattr(atom, "__pydantic_fields__") and atom not in known:
                yield from required(atom, known)


def given(value: Any) -> Iterator[tuple[type, str, Any]]:
    """Every value that is not its default, with its setting."""
    if is_dataclass(value) and not isinstance(value, type):
        for name, field in fields_of(type(value)).items():
            inner = getattr(value, name)
            if inner != field.get_default(call_default_factory=True, validated_data={}):
                yield from ((type(value), name, leaf) for leaf in leaves(inner))
        for name in fields_of(type(value)):
            yield from given(getattr(value, name))
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from given(inner)


def leaves(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)


def fits(value: Any, atom: Any) -> bool:
    return isinstance(value, atom) if isinstance(atom, type) else value == atom


def others() -> Iterator[Any]:
    """The file with other forms of what has only one at a time."""
    cloud = {"state": {"cloud": {"organization": "acme", "workspace": "sink"}}}
    yield settings() | cloud | {"review": {}}  # whose builds could not read it
    for host in ("gitlab", "bitbucket"):
        other = settings()
        other["review"]["source"] = {
            "connection": other["images"]["web"]["source"]["connection"],
            "repository": "acme/infrastructure",
            "branch": "live",
            "host": host,
            "actors": ["1024025"],
            "token": {"secret": "infrastructure/comments"},
        }
        yield other


def test_has_every_setting(tmp_path: Path) -> None:
    values = [*given(load(KITCHEN_SINK))]
    for number, other in enumerate(others()):
        path = tmp_path / f"{number}.yaml"
        path.write_text(json.dumps(other))
        values += given(load(path))
    missing = [
        f"{cls.__name__}.{name}: {atom}"
        for cls, name, atom in required(Config, set())
        if not any(
            (cls, name) == (owner, key) and fits(value, atom) for owner, key, value in values
        )
    ]
    assert missing == []


# Its life


@dataclass
class Applied:
    """A stack that exists in the emulator, and plans of other files against it."""

    folder: Path
    """Of the stack."""
    emulator: Emulator
    scratch: Callable[[], Path]

    def terraform(self, *plan_options: str) -> Terraform:
        environment = self.emulator.environment(region=REGION)
        return Terraform(
            self.folder, environment={**environment, "TF_CLI_ARGS_plan": " ".join(plan_options)}
        )

    def use(self, config: Mapping[str, Any], *, unprotect: bool = False) -> None:
        """Let Terraform see another file. Its protection counts, as it does at AWS, or not."""
        folder = self.scratch()
        (folder / "pipelines.yaml").write_text(json.dumps(config))
        described = read(synthesize(folder / "pipelines.yaml", folder / "out"))
        seed(self.emulator, described, region=REGION)
        changed = override(described)
        assert "resource" in changed, "the emulator's override unprotects"
        if not unprotect:
            del changed["resource"]
        (self.folder / "cdk.tf.json").write_text(json.dumps(described))
        (self.folder / OVERRIDE_FILE).write_text(json.dumps(changed))

    def plan(self, config: Mapping[str, Any], *options: str) -> Changes:
        """What a file would change. What exists was read just before: it is not read again."""
        self.use(config)
        terraform = self.terraform("-refresh=false", *options)
        terraform.plan(out=self.folder / "tfplan")
        return changes(terraform.show_json(self.folder / "tfplan"))


def changes(plan: Block) -> Changes:
    everything = {
        change["address"]: change["change"]["actions"]
        for change in plan["resource_changes"]
        if change["mode"] == "managed"
    }
    return {address: did for address, did in everything.items() if did != ["no-op"]}


def doing(found: Changes, *actions: str) -> set[str]:
    """The addresses to which a plan does one of these things."""
    return {address for address, did in found.items() if set(did) & set(actions)}


def kinds(found: set[str]) -> set[str]:
    return {address.partition(".")[0] for address in found}


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """The kitchen sink, applied once for all tests: its bucket takes the provider a minute."""

    def scratch() -> Path:
        return tmp_path_factory.mktemp("scratch")

    with Emulator(account_id=ACCOUNT) as emulator:
        stack = Applied(tmp_path_factory.mktemp("sink"), emulator, scratch)
        stack.use(settings())
        terraform = stack.terraform()
        terraform.init()
        terraform.plan(out=stack.folder / "first.tfplan")
        terraform.apply(stack.folder / "first.tfplan")
        yield stack


@pytest.mark.integration
def test_the_first_plan_has_every_policy_and_every_variable(applied: Applied) -> None:
    """A reviewer sees them before there is anything to see at AWS."""
    found = dict(texts(applied.terraform().show_json(applied.folder / "first.tfplan")))
    assert "aws_s3_bucket_policy.artifacts.policy" in found
    assert "aws_iam_role.base-pushed_role.assume_role_policy" in found
    assert "aws_codebuild_project.web_build.REPOSITORY_URI" in found
    assert [text for text, known in found.items() if not known] == []


@pytest.mark.integration
def test_a_second_plan_is_empty_and_the_state_has_everything(applied: Applied) -> None:
    assert applied.terraform().plan(out=applied.folder / "tfplan") is False
    state = applied.terraform().show_json()
    resources = state["values"]["root_module"]["resources"]
    assert sorted(resource["address"] for resource in resources) == addresses(read(applied.folder))


@pytest.mark.integration
def test_all_links_fire_and_all_permissions_are_there_before_the_apply_and_after(
    applied: Applied,
) -> None:
    terraform = applied.terraform()
    inputs = {
        "configuration": read(applied.folder),
        "plan": terraform.show_json(applied.folder / "first.tfplan"),
        "state": terraform.show_json(),
    }
    looked = {kind: Look(document) for kind, document in inputs.items()}
    assert {kind: look.findings for kind, look in looked.items()} == {kind: [] for kind in inputs}
    chains = looked["state"].chains
    assert looked["configuration"].chains == chains
    assert looked["plan"].chains == chains
    base = "push to base-image (release)"
    assert looked["state"].started_by(base) == {"sink-prod-base"}
    assert "sink-prod-web" in looked["state"].started_by("push of acme/base:stable")
    assert looked["state"].started_by("push of sink-prod/web:latest") == {"sink-prod-report"}
    assert looked["state"].first_events == {
        base,
        "cron(0 3 ? * SUN *)",
        "cron(0 6 * * ? *)",
        "pull request to infrastructure (live, open)",
        "push to infrastructure (live)",
        "push to acme/web (release/*: web/**)",
        "push to group/subgroup/worker (tag v*)",
        "upload to s3://acme-sources/report/source.zip",
        "push of design/fonts:newest",
        "push to own-buildspec (main)",
        *(f"push to app-{number} (release)" for number in range(1, 6)),
    }


@pytest.mark.integration
def test_protected_repositories_refuse_a_destroy(applied: Applied) -> None:
    with pytest.raises(TerraformError, match="prevent_destroy") as refused:
        applied.plan(settings(), "-destroy")
    named = set(str(refused.value).replace('"', " ").replace(":", " ").split())
    assert "aws_ecr_repository.web_repository" in named
    assert "aws_ecr_repository.base_repository" not in named  # protect: false


@pytest.mark.integration
def test_unprotected_repositories_can_be_destroyed(applied: Applied) -> None:
    config = settings()
    config["defaults"]["repository"] = {"protect": False}
    found = applied.plan(config, "-destroy")
    assert doing(found, "delete") == set(found)
    assert "aws_ecr_repository.web_repository" in found


@pytest.mark.integration
def test_a_new_image_changes_only_who_may_start_what(applied: Applied) -> None:
    config = settings()
    config["images"]["new"] = {"base": "base", "source": {"codecommit": "new"}}
    found = applied.plan(config)
    # The second rule of the base gets a target, so its role may start one more pipeline.
    assert {address: did for address, did in found.items() if did != ["create"]} == {
        "aws_iam_role_policy.base-pushed-2_role": ["update"]
    }
    assert all(
        address.partition(".")[2].startswith(("new_", "new-release-committed"))
        or address == "aws_cloudwatch_event_target.base-pushed_new"
        for address in doing(found, "create")
    )


@pytest.mark.integration
def test_a_new_image_in_the_middle_moves_targets_and_nothing_else(applied: Applied) -> None:
    config = settings()
    images = list(config["images"].items())
    new = ("new", {"base": "base", "source": {"codecommit": "new"}})
    config["images"] = dict([images[0], new, *images[1:]])
    found = applied.plan(config)
    assert kinds(doing(found, "delete")) == {"aws_cloudwatch_event_target"}
    assert kinds(doing(found, "update")) == {"aws_iam_role_policy"}


@pytest.mark.integration
def test_a_rename_keeps_the_repository(applied: Applied) -> None:
    config = renamed("app-5", "shop", renamed_from="app-5", repository={"name": "sink-prod/app-5"})
    found = applied.plan(config)
    assert not kinds(set(found)) & {"aws_ecr_repository", "aws_ecr_lifecycle_policy"}
    assert "aws_codepipeline.app-5_pipeline" in doing(found, "delete")
    assert "aws_codepipeline.shop_pipeline" in doing(found, "create")
    # Nobody else's pipeline, build or repository.
    owners = {address.partition(".")[2].partition("_")[0] for address in doing(found, "delete")}
    assert owners == {"app-5", "app-5-release-committed", "base-pushed"}


@pytest.mark.integration
def test_a_rename_that_loses_the_repositorys_name_is_refused(applied: Applied) -> None:
    with pytest.raises(TerraformError, match="prevent_destroy") as refused:
        applied.plan(renamed("app-5", "shop", renamed_from="app-5"))
    assert "aws_ecr_repository.shop_repository" in str(refused.value)


@pytest.mark.integration
def test_a_rename_without_a_word_is_shown_by_the_plan(applied: Applied) -> None:
    """Terraform forgets the protection of what is no longer in the file: docs/upgrade.md."""
    found = applied.plan(renamed("app-5", "shop"))
    assert found["aws_ecr_repository.app-5_repository"] == ["delete"]
    assert found["aws_ecr_repository.shop_repository"] == ["create"]


def renamed(old: str, new: str, **more: Any) -> Any:
    config = settings()
    images = config["images"].items()
    config["images"] = {
        new if name == old else name: {**image, **more} if name == old else image
        for name, image in images
    }
    return config


@pytest.mark.integration
def test_in_the_end_nothing_is_left(applied: Applied) -> None:
    applied.use(settings(), unprotect=True)
    applied.terraform().destroy()
    assert "values" not in applied.terraform().show_json()
    pipelines = applied.emulator.client("codepipeline", region=REGION).list_pipelines()
    assert pipelines["pipelines"] == []
