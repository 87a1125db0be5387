"""Loading: what a right file gives, how defaults apply, and what loading must not do."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from modules.naming import Names
from modules.settings import (
    S3,
    Approval,
    Build,
    CodeCommit,
    EcsDeploy,
    ExistingRepository,
    Filters,
    Patterns,
    Repository,
    Secret,
)
from tandem.config import (
    CloudState,
    Config,
    Deploy,
    ExternalBase,
    InCloud,
    InS3,
    Problem,
    S3State,
    load,
)

ROOT = Path(__file__).parents[2]


def loaded(folder: Path, text: str) -> Config:
    path = folder / "pipelines.yaml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return load(path)


def images(folder: Path, text: str, *, defaults: str = "{}") -> Config:
    head = f"project: shop\nregion: us-east-1\ndefaults: {defaults}\nimages:\n"
    return loaded(folder, head + textwrap.indent(textwrap.dedent(text), "  "))


def test_the_example() -> None:
    config = load(ROOT / "pipelines.yaml")
    assert config.names == Names("shop")
    assert list(config.images) == ["base", "web"]
    assert config.images["base"].source == CodeCommit("base-image")
    assert config.images["base"].bases == {}
    web = config.images["web"]
    assert web.bases == {"BASE_IMAGE": "base"}
    assert web.deploy == Deploy(EcsDeploy("prod", "web", "web"))
    assert (web.repository, web.build, web.tag, web.mode) == (
        Repository(),
        Build(),
        "latest",
        "superseded",
    )
    assert (web.approval, web.retry, web.schedule, web.renamed_from) == (None,) * 4
    assert (config.state, config.account, config.tags, config.warnings) == ("local", None, {}, [])


def test_top_level(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        """\
        project: shop
        environment: prod
        region: eu-west-1
        account: "012345678901"
        tags: {team: web, cost centre: "12"}
        state: {s3: {bucket: acme-state, key: shop.tfstate}}
        images: {web: {source: {s3: acme-sources, key: web.zip}}}
        """,
    )
    assert config.names.prefix == "shop-prod"
    assert config.account == "012345678901"
    assert config.tags == {"team": "web", "cost centre": "12"}
    assert config.state == InS3(S3State("acme-state", "shop.tfstate"))
    assert config.images["web"].source == S3("acme-sources", "web.zip")


def test_cloud_state(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        """\
        {project: shop, region: eu-west-1, state: {cloud: {organization: acme, workspace: shop}},
         images: {web: {source: {codecommit: web}}}}
        """,
    )
    assert config.state == InCloud(CloudState("acme", "shop"))


def test_bases_in_every_form(tmp_path: Path) -> None:
    config = images(
        tmp_path,
        """\
        a: {base: {repository: platform/base}, source: {codecommit: a}}
        b: {base: {TOOLS: a, BASE_IMAGE: {repository: p/q, tag: v1}}, source: {codecommit: b}}
        """,
    )
    assert config.images["a"].bases == {"BASE_IMAGE": ExternalBase("platform/base")}
    assert config.images["b"].bases == {"TOOLS": "a", "BASE_IMAGE": ExternalBase("p/q", "v1")}


@pytest.mark.parametrize(
    ("approval", "expected"),
    [("true", Approval()), ("false", None), ("{message: Go?}", Approval(message="Go?"))],
)
def test_approval(tmp_path: Path, approval: str, expected: Approval | None) -> None:
    deploy = "deploy: {ecs: {cluster: a, service: b, container: c}}"
    config = images(tmp_path, f"a: {{source: {{codecommit: a}}, {deploy}, approval: {approval}}}")
    assert config.images["a"].approval == expected


def test_a_list_of_patterns_is_include(tmp_path: Path) -> None:
    arn = f"arn:aws:codeconnections:us-east-1:123456789012:connection/{'0' * 36}"
    source = f"{{connection: '{arn}', repository: a/b, filters: {{tags: [v*]}}}}"
    config = images(tmp_path, f"a: {{source: {source}}}")
    assert config.images["a"].source.filters == Filters(tags=Patterns(["v*"]))  # type: ignore[union-attr]


def test_anchors_and_merge_keys(tmp_path: Path) -> None:
    config = images(
        tmp_path,
        """\
        a: &a
          source: {codecommit: a}
          build: &build {timeout_minutes: 30}
        b:
          <<: *a
          source: {codecommit: b}
          tag: stable
        c: {source: {codecommit: c}, build: {<<: [*build, {context: docker}], timeout_minutes: 9}}
        """,
    )
    assert config.images["b"].build == Build(timeout_minutes=30)
    assert config.images["b"].source == CodeCommit("b")
    assert config.images["c"].build == Build(timeout_minutes=9, context="docker")


def test_defaults_are_merged(tmp_path: Path) -> None:
    config = images(
        tmp_path,
        """\
        a: {source: {codecommit: a}, build: {environment: {B: {secret: x}}}}
        b: {source: {codecommit: b, branch: main}, build: {timeout_minutes: null}, tag: null}
        """,
        defaults="{source: {branch: release}, tag: stable, "
        "build: {timeout_minutes: 30, environment: {A: a, B: {parameter: b}}}}",
    )
    a, b = config.images["a"], config.images["b"]
    assert (a.source, a.tag) == (CodeCommit("a", "release"), "stable")
    assert a.build == Build(timeout_minutes=30, environment={"A": "a", "B": Secret("x")})
    assert (b.source, b.tag) == (CodeCommit("b", "main"), "latest")
    assert b.build.timeout_minutes == Build().timeout_minutes
    assert list(b.build.environment) == ["A", "B"]


@pytest.mark.parametrize(
    ("default", "own", "attribute", "expected"),
    [
        (
            "source: {codecommit: x, branch: y}",
            "source: {s3: abc, key: k}",
            "source",
            S3("abc", "k"),
        ),
        (
            "repository: {keep_images: 5}",
            "repository: {existing: a/b}",
            "repository",
            ExistingRepository("a/b"),
        ),
        (
            "repository: {keep_images: 5}",
            "repository: {protect: false}",
            "repository",
            Repository(keep_images=5, protect=False),
        ),
        (
            "base: {repository: a/b, tag: c}",
            "base: {TOOLS: {repository: d/e}}",
            "bases",
            {"TOOLS": ExternalBase("d/e")},
        ),
        (
            "base: {repository: a/b, tag: c}",
            "base: {tag: d}",
            "bases",
            {"BASE_IMAGE": ExternalBase("a/b", "d")},
        ),
        ("base: {repository: a/b}", "base: null", "bases", {}),
        ("base: other", "base: {repository: a/b}", "bases", {"BASE_IMAGE": ExternalBase("a/b")}),
        ("tag: x", "schedule: null", "tag", "x"),
    ],
)
def test_another_kind_replaces_a_default(
    tmp_path: Path, default: str, own: str, attribute: str, expected: object
) -> None:
    source = "" if "source" in own else "source: {codecommit: a}, "
    text = f"a: {{{source}{own}}}\nother: {{source: {{codecommit: o}}, base: null}}\n"
    config = images(tmp_path, text, defaults=f"{{{default}}}")
    assert getattr(config.images["a"], attribute) == expected


def test_filters_of_another_kind_replace_a_default(tmp_path: Path) -> None:
    arn = f"arn:aws:codeconnections:us-east-1:123456789012:connection/{'0' * 36}"
    config = images(
        tmp_path,
        "a: {source: {repository: a/b, filters: {tags: [v*]}}}\n",
        defaults=f"{{source: {{connection: '{arn}', filters: {{branches: [main]}}}}}}",
    )
    assert config.images["a"].source.filters == Filters(tags=Patterns(["v*"]))  # type: ignore[union-attr]


def test_a_default_branch_is_for_sources_with_branches(tmp_path: Path) -> None:
    config = images(
        tmp_path,
        "a: {source: {codecommit: a}}\nb: {source: {s3: abc, key: k}}\n",
        defaults="{source: {branch: release}}",
    )
    assert config.images["a"].source == CodeCommit("a", "release")
    assert config.images["b"].source == S3("abc", "k")


def test_a_default_approval_is_for_what_is_deployed(tmp_path: Path) -> None:
    config = images(
        tmp_path,
        """\
        base: {source: {codecommit: a}}
        none: {source: {codecommit: a}, deploy: null}
        web: {source: {codecommit: b}, deploy: {ecs: {cluster: a, service: b, container: c}}}
        """,
        defaults="{approval: true}",
    )
    approvals = {name: image.approval for name, image in config.images.items()}
    assert approvals == {"base": None, "none": None, "web": Approval()}


def test_order_is_bases_first_and_otherwise_the_files(tmp_path: Path) -> None:
    config = images(
        tmp_path,
        """\
        web: {base: {A: middle, B: other}, source: {codecommit: a}}
        alone: {source: {codecommit: a}}
        other: {source: {codecommit: a}}
        middle: {base: base, source: {codecommit: a}}
        base: {source: {codecommit: a}}
        """,
    )
    assert config.order() == ["base", "middle", "other", "web", "alone"]


def test_order_of_a_long_chain(tmp_path: Path) -> None:
    chain = [
        f"i{n}: {{base: {f'i{n + 1}' if n < 1199 else 'null'}, source: {{codecommit: a}}}}"
        for n in range(1200)
    ]
    config = images(tmp_path, "\n".join(chain))
    assert config.order() == [f"i{n}" for n in reversed(range(1200))]


def test_no_node_and_no_bindings() -> None:
    program = textwrap.dedent("""\
        import subprocess, sys
        from pathlib import Path

        def refuse(*args, **kwargs):
            raise AssertionError(args)

        subprocess.Popen.__init__ = refuse
        from tandem.config import load
        from tandem.config.reference import reference
        from tandem.config.schema import schema

        load(Path("pipelines.yaml")), schema(), reference()
        print({"cdktf", "jsii", "constructs"} & {name.split(".")[0] for name in sys.modules})
        """)
    result = subprocess.run(  # the name of Python itself
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "set()\n"


def test_a_thousand_images_in_seconds(tmp_path: Path) -> None:
    text = "base: {source: {codecommit: base}}\n" + "".join(
        f"""\
image-{n}:
  base: base
  source: {{codecommit: repository-{n}, branch: main}}
  build:
    timeout_minutes: 30
    environment: {{STAGE: production}}
  deploy:
    ecs: {{cluster: prod, service: web-{n}, container: web}}
"""
        for n in range(999)
    )
    start = time.process_time()
    config = images(tmp_path, text)
    assert len(config.images) == 1000
    assert time.process_time() - start < 4  # about one where nothing else runs


def test_problem_as_text() -> None:
    assert str(Problem(3, "images.web", "is wrong")) == "3: images.web: is wrong"
    assert str(Problem(3, "", "is wrong")) == "3: is wrong"
    assert str(Problem(None, "", "is wrong")) == " is wrong"
