"""What the real Terraform takes for the variables of the exported modules, and what it says."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from text_values import ACCOUNT, GOOD_AND_BAD, REGION, UUID

from modules.settings import build, deploy, types
from modules.settings.build import SECRET_NAME, SECRET_VALUE
from modules.settings.types import Text
from tandem.config import models, state
from tandem.export.variables import MODULES, shared, variables
from tandem.export.variables.hcl import follows, matches
from tandem.export.variables.shapes import Collection, Object, Shape

pytestmark = pytest.mark.integration

CONNECTION = f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/{UUID}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{UUID}"
REPOSITORY_ARN = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop/web"
FONTS = {"repository": "design/fonts", "tag": "newest"}
UNKNOWN = {  # as the output `image` of a module that was never applied
    "name": "${terraform_data.known.input}",
    "repository": "${terraform_data.known.input}",
    "repository_arn": "${terraform_data.unknown.id}",
    "repository_url": "${terraform_data.unknown.id}",
    "tag": "latest",
}
LATER = {**UNKNOWN, "repository": "shop/later"}
NOT_EVEN_ITS_NAME = {**UNKNOWN, "repository": "${terraform_data.unknown.id}"}
STORE = {"bucket": "acme-store", "bucket_arn": "arn:aws:s3:::acme-store", "kms_key": None}
QUEUE = {"arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-events"}
NETWORK = {
    "vpc": "vpc-0123abcd",
    "subnets": ["subnet-0123abcd"],
    "security_groups": ["sg-0123abcd"],
}
ECS = {"cluster": "prod", "service": "web", "container": "web"}
REQUIRED: Mapping[str, dict[str, Any]] = {
    "image-pipeline": {"name": "shop", "code": {"codecommit": "web"}},
    "image-repository": {"name": "shop/web"},
    "build-project": {
        "name": "shop",
        "repository": {
            "name": "shop/web",
            "arn": REPOSITORY_ARN,
            "url": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web",
        },
        "artifact_store": STORE,
    },
    "artifact-store": {"name": "shop"},
}

GOOD: list[dict[str, Any]] = [
    {},
    {name: "${null}" for name in variables("image-pipeline") if name not in ("name", "code")},
    {"code": {"connection": CONNECTION, "repository": "acme/web",
              "filters": {"tags": {"include": ["v*"]}}}},
    {"code": {"connection": CONNECTION, "repository": "acme/web", "full_clone": True, "branch": "x",
              "filters": {"branches": {"exclude": ["x"]}, "paths": {"include": ["docs/**"]}}}},
    {"code": {"s3": "acme-zips", "key": "ü $${x}.zip", "kms_key": KEY}},
    {"code": {"codecommit": "${terraform_data.unknown.id}"}},
    {"base": FONTS},
    {"base": {}},
    {"base": {"BASE_IMAGE": FONTS, "TOOLS": {**FONTS, "tag": "2"}}},
    {"base": UNKNOWN},
    {"base": "${terraform_data.unknown.output}"},
    {"base": {"BASE_IMAGE": UNKNOWN, "TOOLS": FONTS}},
    {"base": {"BASE_IMAGE": NOT_EVEN_ITS_NAME, "TOOLS": NOT_EVEN_ITS_NAME}},
    {"repository": {"existing": "shop/web"}},
    {"build": {"environment": {"A": {"value": "text"}, "C": {"secret": "npm", "kms_key": KEY},
                               "NPM_TOKEN": {"secret": "npm"}, "B": {"parameter": "/p"},
                               "PASSWORD": {"value": ""}},
               "arguments": {"TOKENS_PER_SECOND": "5"}, "vpc": NETWORK, "platform": "linux/arm64"}},
    {"build": {"privileged": False, "buildspec": "buildspec.yml"}},
    {"build": {"timeout_minutes": None, "environment": None, "vpc": None}},
    {"build": {"environment": {"A": {"value": "${terraform_data.unknown.id}"}}}},
    {"approval": {}, "deploy": {"ecs": {**ECS, "task_roles": [f"arn:aws:iam::{ACCOUNT}:role/x"]}}},
    {"artifact_store": STORE, "dead_letters": QUEUE, "artifacts": {"expire_days": 1}},
    {"artifact_store": {"bucket": "${terraform_data.unknown.id}",
                        "bucket_arn": "${terraform_data.unknown.id}"}},
    {"mode": "queued", "retry": "all_actions", "schedule": "rate(7 days)", "tag": "v1",
     "tags": {"Team": "ü", "empty": ""}},
]  # fmt: skip
"""What image-pipeline takes."""

_IMAGE = (
    'it needs a repository and a tag, as has module.NAME.image, or {repository = "design/fonts", '
    'tag = "newest"}.'
)
_ANYONE = (
    "anyone could read it in the plan, the state and the console, so name it as secret or "
    "parameter under build.environment."
)
BAD: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": "Shop"}, [
        'name is "Shop": it must be 2-40 lower-case letters, digits and single hyphens, beginning '
        "with a letter."]),
    ({"build": {"timeout_minutes": 4}}, [
        "build.timeout_minutes is 4: it must be a whole number from 5 to 2160."]),
    ({"build": {"timeout_minutes": 5.5, "concurrent_build_limit": 0}}, [
        "build.timeout_minutes is 5.5: it must be a whole number from 5 to 2160.",
        "build.concurrent_build_limit is 0: it must be a whole number from 1 to 10000."]),
    ({"mode": "fast", "retry": "x"}, [
        'mode is "fast": it must be superseded, queued or parallel.',
        'retry is "x": it must be failed_actions or all_actions.']),
    ({"code": {}}, [
        "code has no kind: it must have exactly one of codecommit, connection and s3."]),
    ({"code": {"codecommit": "web", "s3": "acme", "key": "k"}}, [
        "code has codecommit and s3: it must have exactly one of codecommit, connection and s3."]),
    ({"code": {"codecommit": "web", "repository": "a/b", "key": "k", "kms_key": KEY,
               "filters": {"tags": {"include": ["v*"]}}}}, [
        "code.repository is given, but goes with connection only: remove it.",
        "code.filters is given, but goes with connection only: remove it.",
        "code.key is given, but goes with s3 only: remove it.",
        "code.kms_key is given, but goes with s3 only: remove it."]),
    ({"code": {"s3": "acme", "full_clone": True, "branch": "x"}}, [
        "code.key is missing: with s3 it must be an object key of 1-1024 characters.",
        "code.branch is given, but goes with codecommit or connection only: remove it.",
        "code.full_clone is given, but goes with codecommit or connection only: remove it."]),
    ({"code": {"connection": CONNECTION, "filters": {}}}, [
        'code.repository is missing: with connection it must be owner and repository, as in '
        '"acme/web".',
        "code.filters is empty: it must have branches, paths or tags."]),
    ({"code": {"connection": CONNECTION, "repository": "a/b", "filters": {
        "tags": {"include": ["v*"]}, "branches": {}, "paths": {"exclude": ["a b", "x", None]}}}}, [
        "code.filters has tags together with branches or paths, which AWS rejects: keep one of "
        "them.",
        "code.filters.branches is empty: it must name at least one pattern to include or exclude.",
        'code.filters.paths.exclude has "a b", null: each must be a pattern of 1-255 characters '
        "without blanks, as in 'release/*'."]),
    ({"code": {"connection": CONNECTION, "repository": "a/b",
               "filters": {"paths": {}, "tags": {"include": ["v"] * 9}}}}, [
        "code.filters.tags.include has 9 entries: it must have at most 8.",
        "code.filters.paths is empty: it must name at least one pattern to include or exclude.",
        "code.filters has tags together with branches or paths, which AWS rejects: keep one of "
        "them."]),
    ({"code": {"connection": CONNECTION, "repository": "a/b", "filters": {"tags": {}}}}, [
        "code.filters.tags is empty: it must name at least one pattern to include or exclude."]),
    ({"base": "design/fonts"}, [
        'base is "design/fonts": it must be an image (module.NAME.image, or {repository = '
        '"design/fonts", tag = "newest"}), or images by build argument, as in {BASE_IMAGE = '
        "module.NAME.image}."]),
    ({"base": [FONTS]}, [
        'base is [{"repository":"design/fonts","tag":"newest"}]: it must be an image '
        '(module.NAME.image, or {repository = "design/fonts", tag = "newest"}), or images by build '
        "argument, as in {BASE_IMAGE = module.NAME.image}."]),
    ({"base": {"repository": "design/fonts"}}, [f"base is no image: {_IMAGE}"]),
    ({"base": {"A": "design/fonts", "B": UNKNOWN, "C": None, "D": {"tag": "x"}}}, [
        f"base.A, base.C, base.D is no image: {_IMAGE}"]),
    ({"base": {"repository": "Fonts", "tag": ""}}, [
        'base.repository = "Fonts": it must be an ECR repository name: 2-256 lower-case letters, '
        "digits, and single '.', '_', '-', '/'.",
        'base.tag = "": it must be an image tag: 1-128 letters, digits, \'_\', \'.\' or \'-\', not '
        "beginning with '.' or '-'."]),
    ({"base": {"A": {"repository": None, "tag": "x"}, "B": {**LATER, "tag": None}}}, [
        'base.A.repository = null: it must be an ECR repository name: 2-256 lower-case letters, '
        "digits, and single '.', '_', '-', '/'.",
        "base.B.tag = null: it must be an image tag: 1-128 letters, digits, '_', '.' or '-', not "
        "beginning with '.' or '-'."]),
    ({"base": {"A-B": UNKNOWN, "AWS_X": FONTS}}, [
        'base has the build argument "A-B": each must be a variable\'s name: letters, digits and '
        "'_', no digit first.",
        'base has the build argument "AWS_X": which the build sets itself: choose another.']),
    ({"base": {"SOURCE": FONTS, "_": {**FONTS, "tag": "2"}}}, [
        'base has the build argument "SOURCE", "_": which gives no name for an artifact, or one '
        "that every pipeline has (BuildArtifact, Source or SourceArtifact): choose another."]),
    ({"base": {"A_B": UNKNOWN, "_A_B": FONTS, "C": {**FONTS, "tag": "2"}}}, [
        "base has the build arguments A_B and _A_B, which give artifacts of the same name: choose "
        "other ones."]),
    ({"base": {name: {**FONTS, "tag": name} for name in "ABCDE"}}, [
        "base has 5 images: AWS lets a build have 4."]),
    ({"base": {"A": FONTS, "B": {**FONTS, "name": "x"}, "C": {**FONTS, "tag": "2"}}}, [
        "base.A and base.B are the same image: use one build argument for both."]),
    ({"build": {"environment": {"HOME": {"value": "x"}}, "arguments": {"CODEBUILD_X": "x"}}}, [
        "build.environment has HOME, which the build sets itself: choose another name.",
        "build.arguments has CODEBUILD_X, which the build sets itself: choose another name."]),
    ({"build": {"environment": {"DB_PASSWORD": {"value": "canary"},
                                "X": {"value": "AKIA" + "A" * 16}, "B": {"secret": "npm"}},
                "arguments": {"DATABASE_URL": "postgres://shop:canary@db/shop"}}}, [
        f"build.environment holds what looks like a secret, DB_PASSWORD: {_ANYONE}",
        f"build.arguments holds what looks like a secret: {_ANYONE}"]),
    ({"build": {"environment": {"A": {}, "B": {"value": "x", "secret": "y"},
                                "C": {"value": "c"}}}}, [
        "build.environment has A, B: each must have exactly one of value, secret and parameter."]),
    ({"build": {"environment": {"A": {"value": "x", "kms_key": KEY}, "B": None}}}, [
        "build.environment has B = null: each must be given.",
        "build.environment has A: kms_key goes with secret or parameter only: remove it."]),
    ({"build": {"environment": {"A": {"secret": "*"}, "1": {"value": "x"}},
                "arguments": {"B": None}}}, [
        'build.environment has the name "1": each must be a variable\'s name: letters, digits and '
        "'_', no digit first.",
        'build.environment has A.secret = "*": secret must be a secret\'s name or ARN, and perhaps '
        "a JSON key, as in shop/npm:token.",
        "build.arguments has B = null: each must be given."]),
    ({"build": {"environment": {"A": {"value": "x"}, "B": {"value": "x"}},
                "arguments": {"A": "x", "B": "y"}}}, [
        "A, B is in both build.environment and build.arguments: keep one."]),
    ({"build": {"privileged": False, "cache": "local"}}, [
        "build.privileged is false: the standard buildspec runs docker, which needs privileged = "
        "true; or name a buildspec of your own.",
        'build.cache is "local": the local cache of docker layers needs privileged = true.']),
    ({"build": {"vpc": {**NETWORK, "subnets": None, "security_groups": []}}}, [
        "build.vpc.subnets is null: it must be given.",
        "build.vpc.security_groups has 0 entries: it must have 1 to 5."]),
    ({"build": {"vpc": {**NETWORK, "security_groups": None, "vpc": None}}}, [
        "build.vpc.vpc is null: it must be a VPC's id, as in vpc-0123456789abcdef0.",
        "build.vpc.security_groups is null: it must be given."]),
    ({"deploy": {"ecs": None}}, ["deploy.ecs is null: it must be given."]),
    ({"deploy": {"ecs": {**ECS, "cluster": None, "task_roles": ["x", None]}}}, [
        "deploy.ecs.cluster is null: it must be an ECS name: 1-255 letters, digits, '_' and '-'.",
        'deploy.ecs.task_roles has "x", null: each must be a role\'s ARN, as in '
        "arn:aws:iam::ACCOUNT:role/NAME."]),
    ({"approval": {"message": " "}}, [
        'approval.message is " ": it must be a text that is not empty.']),
    ({"tags": {"aws:x": "a", "b": "#", "c": None}}, [
        'tags has the name "aws:x": each must be a tag\'s key: 1-128 letters, digits, blanks and '
        "_.:/=+-@, not beginning with aws:.",
        'tags has b = "#", c = null: each must be a tag\'s value: at most 256 letters, digits, '
        "blanks and _.:/=+-@."]),
]  # fmt: skip
"""What image-pipeline refuses, and everything that Terraform then says."""


class Calls:
    """Many calls of the modules, a file for each, which one plan looks at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: dict[str, list[str]] = {}
        """What Terraform says to each call."""
        self.rules: set[str] = set()
        self.broken: set[str] = set()
        """The rules that a call broke: `image-pipeline build 3`."""
        for module in MODULES:
            (folder / module).mkdir()
            named = variables(module)
            for name, block in named.items():
                for number, rule in enumerate(rules_of(block)):
                    self.rules.add(f"{module} {name} {number}")
                    rule["error_message"] = f"{module} {name} {number}: {rule['error_message']}"
            (folder / module / "variables.tf.json").write_text(json.dumps({"variable": named}))
        (folder / "main.tf").write_text(
            'resource "terraform_data" "unknown" {}\n'
            'resource "terraform_data" "known" {\n  input = "shop/base"\n}\n'
        )

    def add(self, name: str, module: str, values: Mapping[str, Any]) -> None:
        call = {"source": f"./{module}", **REQUIRED[module], **values}
        (self.folder / f"{name}.tf.json").write_text(json.dumps({"module": {name: call}}))
        self.said[name] = []

    def plan(self) -> None:
        """Let Terraform look. It validates first, with all of `terraform_data` unknown."""
        terraform(self.folder, "init", "-input=false")
        lines = terraform(self.folder, "plan", "-json", "-input=false", ok=(0, 1)).splitlines()
        for said in filter(None, (json.loads(line).get("diagnostic") for line in lines)):
            call = said["range"]["filename"].removesuffix(".tf.json")
            detail = said["detail"].partition("\n\nThis was checked by")[0]
            rule, _, message = detail.partition(": ")
            assert rule in self.rules, said
            assert call in self.said, said
            self.broken.add(rule)
            self.said[call].append(message)


def rules_of(block: Mapping[str, Any]) -> list[dict[str, str]]:
    rules: list[dict[str, str]] = block.get("validation", [])
    return rules


def terraform(folder: Path, *arguments: str, given: str = "", ok: tuple[int, ...] = (0,)) -> str:
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    run = subprocess.run(
        ["terraform", *arguments],  # noqa: S607
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode in ok, run.stdout + run.stderr
    return run.stdout


def all_wrong(shape: Shape) -> Any:
    """A value that breaks the rules of its type, at every depth."""
    if isinstance(shape, Object):
        return {name: all_wrong(each.shape) for name, each in shape.attributes.items()}
    if isinstance(shape, Collection):
        number = (shape.most or 0) + 1
        if shape.type == "list":
            return [all_wrong(shape.element)] * number
        return {"\n" * at: all_wrong(shape.element) for at in range(1, number + 1)}
    return {"string": "\n", "number": 0.5, "bool": True, "any": 1}[shape.type]


def test_what_is_right_is_taken(tmp_path: Path) -> None:
    calls = Calls(tmp_path)
    for module in MODULES:
        calls.add(f"{module}_alone", module, {})
    for number, values in enumerate(GOOD):
        calls.add(f"good_{number}", "image-pipeline", values)
    calls.plan()
    assert {name: said for name, said in calls.said.items() if said} == {}


def test_every_rule_refuses_and_says_what_to_do(tmp_path: Path) -> None:
    calls = Calls(tmp_path)
    expected: dict[str, list[str]] = {}
    for number, (values, messages) in enumerate(BAD):
        calls.add(f"bad_{number}", "image-pipeline", values)
        expected[f"bad_{number}"] = sorted(messages)
        if set(values) == {"build"}:
            calls.add(f"build_{number}", "build-project", values)
            expected[f"build_{number}"] = sorted(messages)
    for module, shapes in MODULES.items():
        wrong = {name: all_wrong(each.shape) for name, each in shapes().items()}
        calls.add(f"{module}_all_wrong", module, wrong)
    calls.plan()
    assert {name: sorted(calls.said[name]) for name in expected} == expected
    assert calls.rules - calls.broken == set()
    assert "canary" not in str(calls.said)


def text_rules() -> dict[str, Text]:
    """The rules of all texts, by the name of their type."""
    found: dict[str, Text] = {}
    for module in (types, build, deploy, models, state, shared):
        for name, type_ in vars(module).items():
            for rule in getattr(type_, "__metadata__", ()):
                if isinstance(rule, Text):
                    found[name] = rule
    return found


ELSEWHERE = {
    "BucketArn": ["arn:aws:s3:::acme-store"],
    "EcsName": ["web_1-a"],
    "Organization": ["acme"],
    "Platform": ["linux/arm64", "linux/arm/v7"],
    "QueueArn": [QUEUE["arn"]],
    "RepositoryArn": [REPOSITORY_ARN],
    "RepositoryUrl": [f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web"],
    "TagKey": ["Team", "ü/a b"],
    "TagValue": ["", "ü +=a"],
    "Workspace": ["shop-prod"],
}
"""What the rules take that are not in `modules/settings/types.py`."""
SECRETS = [
    *["DB_PASSWORD", "api_key", "PASSAGE", "TOKENS", "AKIA" + "A" * 16, "ghp_" + "a1" * 18],
    *["postgres://shop:hunter2@db/shop", "Basic c2hvcDpodW50ZXIy", "xoxb-1234567890"],
]
JUNK = [
    *[
        "\n",
        "\v",
        "\f",
        "\r",
        " ",
        "\u00a0",
        "é",
        "\u0661",
        "\u00d7",
        "😀",
        "/",
        "//",
        "..",
        ".git",
    ],
    *[".lock", "-", ":", "*", "$", "\\", "A", "0", "aws:", "sthree-", "${x}"],
]
"""What somebody could write before, after or between the characters of a good value."""


def similar(values: Iterable[str]) -> list[str]:
    """The values, and many that are almost like them."""
    found = {"", *values, *JUNK}
    for value in values:
        middle = len(value) // 2
        for junk in JUNK:
            found |= {junk + value, value + junk, value[:middle] + junk + value[middle:]}
        found |= {value[:-1], value[1:], value * 2, value.upper()}
    for length in (20, 40, 64, 90, 100, 128, 255, 256, 512, 1011, 1024):
        found |= {"a" * length, "a" * (length + 1), "ü" * length}
    return sorted(found)


def test_python_and_terraform_judge_texts_alike(tmp_path: Path) -> None:
    rules = text_rules()
    assert GOOD_AND_BAD.keys() <= rules.keys()
    values: dict[str, list[str]] = {}
    conditions: dict[str, str] = {}
    verdicts: dict[str, list[bool]] = {}
    for name, rule in rules.items():
        good, bad = GOOD_AND_BAD[name] if name in GOOD_AND_BAD else (ELSEWHERE[name], [])
        values[name] = similar(good[:2]) + good[2:] + bad
        conditions[name] = follows(rule, "value")
        verdicts[name] = [rule.takes(value) for value in values[name]]
    for name, pattern, found in (
        ("a secret's name", f"(?i:{SECRET_NAME.pattern})", SECRET_NAME),
        ("a secret", SECRET_VALUE.pattern, SECRET_VALUE),
    ):
        # No variable's name has a line break: before one at the end `$` matches in Python.
        values[name] = [each for each in similar(SECRETS) if "\n" not in each]
        conditions[name] = matches(pattern, "value")
        verdicts[name] = [bool(found.search(value)) for value in values[name]]
    (tmp_path / "values.json").write_text(json.dumps(values))
    judged = {
        name: f'${{[for value in jsondecode(file("values.json"))["{name}"] : {condition}]}}'
        for name, condition in conditions.items()
    }
    (tmp_path / "main.tf.json").write_text(json.dumps({"locals": {"judged": judged}}))
    answer = terraform(tmp_path, "console", given="jsonencode(local.judged)\n")
    by_terraform = json.loads(json.loads(answer))
    different = {
        (name, value)
        for name in values
        for value, here, there in zip(values[name], verdicts[name], by_terraform[name], strict=True)
        if here != there
    }
    assert different == set()
    assert all(True in each and False in each for each in verdicts.values())
