"""Wrong files: each row is what stands below `HEAD`, and every line it must give."""

from __future__ import annotations

from pathlib import Path

import pytest

from modules.naming import Names
from tandem.config import ConfigError, load

HEAD = "project: shop\nregion: us-east-1\nimages:\n"
WEB = f"{HEAD}  web:\n    source: {{codecommit: web}}\n"
CONNECTION = (
    "connection: 'arn:aws:codeconnections:us-east-1:123456789012:connection/"
    "01234567-0123-0123-0123-0123456789ab', repository: acme/web"
)
TOKENS = (
    "tokens land in the plan and the state: make a connection in the console and give its ARN, "
    "as in connection: arn:aws:codeconnections:…"
)
NAME_RULE = "must be lower-case letters, digits and single hyphens, beginning with a letter"


def lines_of(folder: Path, text: str) -> list[str]:
    path = folder / "pipelines.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load(path)
    return [line.removeprefix(f"{path}:") for line in str(refused.value).splitlines()]


TOP = {
    "nothing of what is needed": (
        "environment: prod\n",
        [
            "1: project: is missing: what every name of a resource begins with",
            "1: region: is missing: the AWS region",
            "1: images: is missing: the images, by name",
        ],
    ),
    "images without a value": (HEAD, ["3: images: must be a mapping, received nothing"]),
    "no images": (HEAD.rstrip() + " {}\n", ["3: images: must have at least 1 entry"]),
    "images as a list": (HEAD + "- web\n", ["3: images: must be a mapping, received a list"]),
    "an image without a value": (
        HEAD + "  web:\n",
        ["4: images.web: must be a mapping with source, received nothing"],
    ),
    "names that AWS refuses": (
        "project: Shop\nregion: virginia\nimages: {Web: {source: {codecommit: x}}}\n",
        [
            "1: project: must be 2-20 lower-case letters, digits and single hyphens, beginning "
            'with a letter, received "Shop"',
            '2: region: must be an AWS region, as in us-east-1, received "virginia"',
            f"3: images.Web: its name {NAME_RULE}",
        ],
    ),
    "a project that S3 keeps for itself": (
        WEB.replace("shop", "sthree-x"),
        [
            "1: project: must be 2-20 lower-case letters, digits and single hyphens, beginning "
            'with a letter, received "sthree-x"'
        ],
    ),
    "an account that YAML takes for a number": (
        WEB + "account: 012345678901\n",
        ['6: account: must be text, received 012345678901: write it in quotes, "012345678901"'],
    ),
    "keys misspelt": (
        WEB + "enviroment: prod\nstuff: 1\n",
        [
            '6: enviroment: unknown key; did you mean "environment"?',
            "7: stuff: unknown key; it may be project, region, images, environment, account, tags, "
            "state, permissions_boundary, artifacts, review or defaults",
        ],
    ),
    "a key that is a number": (
        WEB + "1: x\n",
        [
            "6: 1: unknown key; it may be project, region, images, environment, account, tags, "
            "state, permissions_boundary, artifacts, review or defaults"
        ],
    ),
    "tags": (
        WEB + "tags:\n  AWS:x: a\n  team: 1\n",
        [
            "7: tags.AWS:x: its name must be a tag's key: 1-128 letters, digits, blanks and "
            "_.:/=+-@, not beginning with aws:",
            '8: tags.team: must be text, received 1: write it in quotes, "1"',
        ],
    ),
    "tags that differ in case": (
        WEB + "tags: {Team: a, team: b}\n",
        ['6: tags.team: differs from "Team" in case only, and IAM takes them for one: keep one'],
    ),
    "a secret in a tag": (
        WEB + f"tags: {{team: AKIA{'A' * 16}}}\n",
        ["6: tags.team: looks like a secret, which anyone could read in the plan: remove it"],
    ),
    "too many tags": (
        WEB + "tags: {" + ", ".join(f"k{n}: v" for n in range(41)) + "}\n",
        ["6: tags: must have at most 40 entries, has 41"],
    ),
    "states": (
        WEB + "state: s3\n",
        ['6: state: must be local, or a mapping with s3 or cloud, received "s3"'],
    ),
    "a state in two places": (
        WEB + "state: {s3: {}, cloud: {}}\n",
        ["6: state: has both s3 and cloud: keep one"],
    ),
    "a state of no kind": (
        WEB + "state: {bucket: x}\n",
        ['6: state.bucket: unknown key; did you mean "s3.bucket"?'],
    ),
    "a key's alias": (
        WEB + "artifacts: {kms_key: alias/shop}\n",
        [
            "6: artifacts.kms_key: must be a KMS key's ARN, as in arn:aws:kms:REGION:ACCOUNT:key/"
            'ID (an alias is not enough), received "alias/shop"'
        ],
    ),
}

SOURCES = {
    "no kind": (
        "{branch: main}",
        ["5: images.web.source: must have one of codecommit, connection or s3"],
    ),
    "two kinds": (
        "{codecommit: a, s3: b}",
        ["5: images.web.source: has both codecommit and s3: keep one"],
    ),
    "a misspelt kind": (
        "{codecomit: web}",
        ['5: images.web.source.codecomit: unknown key; did you mean "codecommit"?'],
    ),
    "tokens": (
        "{github: acme/web, oauth_token: ghp_abcdefghijklmnopqrstuvwxyz0123456789}",
        [f"5: images.web.source.github: {TOKENS}", f"5: images.web.source.oauth_token: {TOKENS}"],
    ),
    "polling": (
        "{codecommit: web, poll: true}",
        ["5: images.web.source.poll: events start the pipeline, nothing polls: remove it"],
    ),
    "what belongs to another kind": (
        "{codecommit: web, filters: {tags: [v*]}}",
        [
            '5: images.web.source.filters: does not go with "codecommit", but with connection',
        ],
    ),
    "a branch that YAML takes for a number": (
        "{codecommit: web, branch: 1.10}",
        ['5: images.web.source.branch: must be text, received 1.10: write it in quotes, "1.10"'],
    ),
    "a list item": (
        f"{{{CONNECTION}, filters: {{tags: [v*, 1.0]}}}}",
        [
            "5: images.web.source.filters.tags[1]: must be text, received 1.0: "
            'write it in quotes, "1.0"'
        ],
    ),
    "tags together with branches": (
        f"{{{CONNECTION}, filters: {{tags: [v*], branches: [main]}}}}",
        [
            "5: images.web.source.filters: AWS rejects tags together with branches or paths: "
            "keep one of them"
        ],
    ),
    "no filters": (
        f"{{{CONNECTION}, filters: {{}}}}",
        ["5: images.web.source.filters: must have branches, paths or tags"],
    ),
}

IMAGES = {
    "unknown keys": (
        "sorce: x\ndockerfile: x\ncluster: x\ntype: V1\nbuild: {mode: queued}\n",
        [
            '6: images.web.sorce: unknown key; did you mean "source"?',
            '7: images.web.dockerfile: unknown key; did you mean "build.dockerfile"?',
            '8: images.web.cluster: unknown key; did you mean "deploy.ecs.cluster"?',
            "9: images.web.type: every pipeline is of type V2: remove it",
            '10: images.web.build.mode: unknown key here: it belongs beside "build", so indent '
            "it less",
        ],
    ),
    "choices": (
        "mode: QUEUED\nretry: always\nbuild: {compute_type: small, log_retention_days: 31}\n",
        [
            '6: images.web.mode: must be superseded, queued or parallel, received "QUEUED": '
            'did you mean "queued"?',
            '7: images.web.retry: must be failed_actions or all_actions, received "always"',
            "8: images.web.build.compute_type: must be BUILD_GENERAL1_SMALL, "
            "BUILD_GENERAL1_MEDIUM, BUILD_GENERAL1_LARGE, BUILD_GENERAL1_XLARGE or "
            'BUILD_GENERAL1_2XLARGE, received "small": did you mean "BUILD_GENERAL1_SMALL"?',
            "8: images.web.build.log_retention_days: must be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, "
            "180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653, received 31: "
            "did you mean 30?",
        ],
    ),
    "numbers and flags": (
        'build:\n  timeout_minutes: "30"\n  queued_timeout_minutes: 3\n'
        "  concurrent_build_limit: 1.5\n  privileged: yes\n",
        [
            '7: images.web.build.timeout_minutes: must be a whole number, received "30": '
            "write it without quotes",
            "8: images.web.build.queued_timeout_minutes: must be from 5 to 480, received 3",
            "9: images.web.build.concurrent_build_limit: must be a whole number, received 1.5",
            "10: images.web.build.privileged: must be true or false, without quotes, "
            'received "yes"',
        ],
    ),
    "nothing where there must be something": (
        "tag:\nbuild: {environment: {A: }}\n",
        [
            '6: images.web.tag: must be text, received nothing: give a value, "" for an empty '
            "one, or remove the key",
            '7: images.web.build.environment.A: must be text: give a value, "" for an empty '
            "one, or remove the key",
        ],
    ),
    "a secret": (
        "build:\n  environment:\n    DB_PASSWORD: hunter2\n    A: ghp_"
        + "a" * 36
        + "\n    CODEBUILD_X: y\n",
        [
            f"{line}: images.web.build.environment.{name}: looks like a secret, which anyone could "
            'read in the plan, the state and the console: write it as "secret: NAME" or '
            '"parameter: NAME" under environment'
            for line, name in ((8, "DB_PASSWORD"), (9, "A"))
        ]
        + [
            "10: images.web.build.environment.CODEBUILD_X: the build sets this itself: choose "
            "another name"
        ],
    ),
    "a variable of another form": (
        "build:\n  environment:\n    A: 12345\n    B: {secrt: x}\n"
        "    C: {secret: a, parameter: b}\n    D-E: x\n    F: [x]\n",
        [
            "8: images.web.build.environment.A: must be text: write it in quotes",
            '9: images.web.build.environment.B: must be a text, "secret: NAME" or '
            '"parameter: NAME"',
            '10: images.web.build.environment.C.parameter: does not go with "secret": keep one',
            "11: images.web.build.environment.D-E: its name must be a variable's name: letters, "
            "digits and '_', no digit first",
            "12: images.web.build.environment.F: must be text",
        ],
    ),
    "settings that contradict each other": (
        "build: {privileged: false, cache: local, buildspec: x.yml}\n",
        ["6: images.web.build: the local cache of docker layers needs privileged: true"],
    ),
    "approval without deploy": (
        "approval: true\n",
        ["6: images.web.approval: there is nothing to approve: add deploy, or remove it"],
    ),
    "approval of another form": (
        "approval: yes\ndeploy: {ecs: {cluster: a, service: b}}\n",
        [
            '6: images.web.approval: must be true, false or a mapping, received "yes"',
            "7: images.web.deploy.ecs.container: is missing: the container in the task definition "
            "that gets the new image",
        ],
    ),
    "a token of CDKTF": (
        'build: {timeout_minutes: -1.0e300, arguments: {A: "${TfToken[TOKEN.1]}"}}\n',
        [
            "6: images.web.build.timeout_minutes: is a token of CDKTF: write a plain value",
            "6: images.web.build.arguments.A: is a token of CDKTF: write a plain value",
        ],
    ),
    "approval of a deployment that is wrong": (
        "approval: true\ndeploy: {ecs: 5}\n",
        [
            "7: images.web.deploy.ecs: must be a mapping with cluster, service and container, "
            "received 5"
        ],
    ),
    "a base of another form": (
        "base: [a]\n",
        [
            "6: images.web.base: must be an image's name, or images by build argument, "
            "received a list"
        ],
    ),
    "a base elsewhere without its repository": (
        "base: {tag: stable}\n",
        ["6: images.web.base.repository: is missing: name of the repository"],
    ),
    "a long value": (
        f"build: {{image: '{' ' * 9}', platform: {'x' * 90}}}\n",
        [
            "6: images.web.build.image: must be an image, as in aws/codebuild/standard:7.0 or "
            'REPOSITORY:TAG, received ""',
            "6: images.web.build.platform: must be a platform of docker, as in linux/arm64, "
            f'received "{"x" * 59}…"',
        ],
    ),
}

LINKS = {
    "an unknown base": (
        "  web: {base: bse, source: {codecommit: a}}\n  base: {source: {codecommit: a}}\n"
        "  x: {base: {A: nothing-like-it}, source: {codecommit: a}}\n",
        [
            '4: images.web.base: no image named "bse"; did you mean "base"?',
            '6: images.x.base.A: no image named "nothing-like-it"; one that is not in this file '
            'is written "repository: NAME"',
        ],
    ),
    "an unknown base that is like the image itself": (
        "  web: {base: webb, source: {codecommit: a}}\n",
        [
            '4: images.web.base: no image named "webb"; one that is not in this file is written '
            '"repository: NAME"',
        ],
    ),
    "cycles with a common member are one": (
        "  a: {base: b, source: {codecommit: a}}\n  b: {base: {X: a, Y: c}, source: "
        "{codecommit: a}}\n  c: {base: b, source: {codecommit: a}}\n",
        ["4: images.a.base: an endless loop of builds, a → b → a: remove one of these bases"],
    ),
    "a repository that is wrong has no name to collide": (
        "  web: {source: {codecommit: a}, repository: {name: shop/app}}\n"
        "  app: {source: {codecommit: a}, repository: {existing: 5}}\n",
        [
            '5: images.app.repository.existing: must be text, received 5: write it in quotes, "5"',
        ],
    ),
    "an unknown base of an image that is wrong too": (
        "  web: {base: bse, source: {codecommit: a}, tagg: x}\n  base: {source: {codecommit: a}}\n",
        [
            '4: images.web.tagg: unknown key; did you mean "tag"?',
            '4: images.web.base: no image named "bse"; did you mean "base"?',
        ],
    ),
    "an image that is its own base": (
        "  web: {base: web, source: {codecommit: a}}\n",
        ["4: images.web.base: is its own base: remove it, or name another image"],
    ),
    "cycles": (
        "  a: {base: b, source: {codecommit: a}}\n  b: {base: {X: c}, source: {codecommit: a}}\n"
        "  c: {base: a, source: {codecommit: a}}\n  d: {base: a, source: {codecommit: a}}\n"
        "  e: {base: f, source: {codecommit: a}}\n  f: {base: e, source: {codecommit: a}}\n",
        [
            "4: images.a.base: an endless loop of builds, a → b → c → a: remove one of these bases",
            "8: images.e.base: an endless loop of builds, e → f → e: remove one of these bases",
        ],
    ),
    "a loop through a repository": (
        "  web: {base: {repository: shop/web}, source: {codecommit: a}}\n"
        "  app: {base: {A: {repository: shop/web}}, source: {codecommit: a}}\n"
        "  fine: {base: {repository: shop/web, tag: stable}, source: {codecommit: a}}\n",
        [
            '4: images.web.base: "shop/web:latest" is what this image is pushed to: '
            "an endless loop",
            '5: images.app.base.A: "shop/web:latest" is an image of this file: write "web" instead',
        ],
    ),
    "one repository for two": (
        "  web: {source: {codecommit: a}}\n"
        "  app: {source: {codecommit: a}, repository: {name: shop/web}}\n"
        "  old: {source: {codecommit: a}, repository: {existing: shop/web}}\n",
        [
            '5: images.app.repository.name: "shop/web" is the repository of "web" too: '
            "give one of them another name",
            '6: images.old.repository.existing: "shop/web" is the repository of "web" too: '
            "give one of them another name",
        ],
    ),
    "a repository's name over the limit": (
        f"  {'w' * 252}: {{source: {{codecommit: a}}}}\n",
        [
            f"4: images.{'w' * 59}…: the repository's name would have 257 characters, AWS takes "
            "256: give repository.name"
        ],
    ),
    "build arguments": (
        "  web:\n    source: {codecommit: a}\n    build: {arguments: {TWICE: x}}\n    base:\n"
        "      TOOLS: {repository: aa}\n      TOOLS_: {repository: bb}\n"
        "      SOURCE_ARTIFACT: {repository: cc}\n      SOURCE: {repository: dd}\n"
        "      _: {repository: ee}\n      PATH: {repository: ff}\n      TWICE: {repository: gg}\n"
        "      AGAIN: {repository: aa}\n",
        [
            "9: images.web.base.TOOLS_: gives the artifact Tools, as TOOLS does: "
            "choose another argument",
            "10: images.web.base.SOURCE_ARTIFACT: gives SourceArtifact, which every pipeline has: "
            "choose another argument",
            "11: images.web.base.SOURCE: gives Source, which every pipeline has: "
            "choose another argument",
            "12: images.web.base._: gives no name for an artifact: choose another build argument",
            "13: images.web.base.PATH: the build sets this itself: choose another build argument",
            "14: images.web.base.TWICE: is set under build too: keep one",
            "15: images.web.base.AGAIN: is the same image as TOOLS: use one build argument for "
            "both",
        ],
    ),
    "names before": (
        "  a: {source: {codecommit: a}, renamed_from: b}\n  b: {source: {codecommit: a}}\n"
        "  c: {source: {codecommit: a}, renamed_from: x}\n"
        "  d: {source: {codecommit: a}, renamed_from: x}\n",
        [
            '4: images.a.renamed_from: an image named "b" is still in the file: '
            "remove one of the two",
            '7: images.d.renamed_from: "x" became "c" already: an image has one successor',
        ],
    ),
}

DEFAULTS = {
    "a wrong default is said once, where it stands": (
        "defaults:\n  source: {branch: 1.0}\n  build: {timeout_minutes: 3, foo: 1}\n"
        + HEAD
        + "  a: {source: {codecommit: a}}\n  b: {source: {codecommit: b}}\n",
        [
            '2: defaults.source.branch: must be text, received 1.0: write it in quotes, "1.0"',
            "3: defaults.build.timeout_minutes: must be from 5 to 2160, received 3",
            "3: defaults.build.foo: unknown key; it may be image, architecture, compute_type, "
            "timeout_minutes, queued_timeout_minutes, concurrent_build_limit, privileged, vpc, "
            "cache, environment, dockerfile, context, arguments, platform, buildspec or "
            "log_retention_days",
        ],
    ),
    "a wrong default that every image replaces": (
        "defaults: {tag: -x}\n" + HEAD + "  a: {source: {codecommit: a}, tag: b}\n",
        [
            "1: defaults.tag: must be an image tag: 1-128 letters, digits, '_', '.' or '-', not "
            "beginning with '.' or '-', received \"-x\"",
        ],
    ),
    "a source that is no mapping": (
        "defaults: {source: []}\n" + HEAD + "  a: {source: {codecommit: a}}\n",
        [
            "1: defaults.source: must have one of codecommit, connection or s3, received a list",
        ],
    ),
    "half a source that no image takes": (
        "defaults: {source: {branch: x, filters: 5}}\n"
        + HEAD
        + "  a: {source: {s3: abc, key: k}}\n",
        [
            "1: defaults.source.filters: must be a mapping, received 5",
        ],
    ),
    "half of two sources": (
        "defaults: {source: {branch: x, key: y}}\n" + HEAD + "  a: {source: {codecommit: a}}\n",
        ["1: defaults.source: no source has branch and key: keep those of one kind"],
    ),
    "half a deployment": (
        "defaults: {deploy: {ecs: {cluster: prod, container: x}}}\n"
        + HEAD
        + "  a: {source: {codecommit: a}}\n  b: {source: {codecommit: b}, deploy: null}\n",
        ["1: defaults.deploy.ecs.service: is missing: name of the service"],
    ),
    "an unknown base": (
        "defaults: {base: bse}\n" + HEAD + "  base: {source: {codecommit: a}, base: null}\n"
        "  a: {source: {codecommit: a}}\n  b: {source: {codecommit: b}}\n",
        ['1: defaults.base: no image named "bse"; did you mean "base"?'],
    ),
    "no mapping": (
        "defaults: [a]\n" + HEAD + "  a: {source: {codecommit: a}}\n",
        ["1: defaults: must be a mapping of settings of an image"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), TOP.values(), ids=TOP)
def test_top(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert lines_of(tmp_path, text) == expected


@pytest.mark.parametrize(("source", "expected"), SOURCES.values(), ids=SOURCES)
def test_source(tmp_path: Path, source: str, expected: list[str]) -> None:
    assert lines_of(tmp_path, f"{HEAD}  web:\n    source: {source}\n") == expected


@pytest.mark.parametrize(("settings", "expected"), IMAGES.values(), ids=IMAGES)
def test_image(tmp_path: Path, settings: str, expected: list[str]) -> None:
    indented = "".join(f"    {line}\n" for line in settings.splitlines())
    assert lines_of(tmp_path, WEB + indented) == expected


@pytest.mark.parametrize(("images", "expected"), LINKS.values(), ids=LINKS)
def test_links(tmp_path: Path, images: str, expected: list[str]) -> None:
    assert lines_of(tmp_path, HEAD + images) == expected


@pytest.mark.parametrize(("text", "expected"), DEFAULTS.values(), ids=DEFAULTS)
def test_defaults(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert lines_of(tmp_path, text) == expected


def test_names_that_collide_after_they_were_cut(tmp_path: Path) -> None:
    long = "w" * 90
    role = Names("shop").role(long, "pipeline")
    short = role.removeprefix("shop-").removesuffix("-pipeline")
    images = f"  {long}: {{source: {{codecommit: a}}}}\n  {short}: {{source: {{codecommit: b}}}}\n"
    assert lines_of(tmp_path, HEAD + images) == [
        f'5: images.{short}: its role would be named "{role}", as that of "{long}": '
        "give one of them a shorter name"
    ]


def test_no_secret_is_shown(tmp_path: Path) -> None:
    canary = "ghp_CANARYcanaryCANARYcanaryCANARYcanary00"
    text = (
        f"{WEB}    build:\n      environment: {{DB_PASSWORD: {canary}, A-B: {canary}}}\n"
        f"      arguments: {{X: [{canary}], Y: {{secret: {canary}}}}}\n      platform: {canary}\n"
        f"    token: {canary}\n"
    )
    assert "canary" not in "\n".join(lines_of(tmp_path, text)).lower()
