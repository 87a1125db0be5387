"""Terraform's steps with a recording stand-in, the choice of a mirror, and one real round."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tandem import requirements
from tandem.requirements import AWS_PROVIDER, MirrorError, provider_source, terraform_platform
from tandem.terraform import Event, Terraform, TerraformError


class FakeTerraform:
    """An executable that answers the commands it was told about and refuses all others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home")}
        (folder / "home").mkdir()  # with settings of its own: no mirror is looked for
        (folder / "home/.terraformrc").write_text("provider_installation {}")
        self._answers = folder / "answers"
        self._answers.mkdir()
        self._program = folder / "terraform"
        self._program.write_text(
            f"""#!/bin/sh
cd {shlex.quote(str(self._answers))}
printf '%s\\n' "$*" >>calls
env >environment
[ -e "$1" ] || {{ echo "unexpected: terraform $*" >&2; exit 99; }}
. "./$1"
"""
        )
        self._program.chmod(0o755)

    def expect(self, command: str, *, out: str = "", err: str = "", status: int = 0) -> None:
        (self._answers / f"{command}.out").write_text(out)
        (self._answers / f"{command}.err").write_text(err)
        self.script(command, f"cat {command}.out; cat {command}.err >&2; exit {status}")

    def script(self, command: str, text: str) -> None:
        (self._answers / command).write_text(text)

    @property
    def terraform(self) -> Terraform:
        return Terraform(self.folder, environment=self.environment, executable=str(self._program))

    def recorded(self, name: str) -> list[str]:
        return (self._answers / name).read_text().splitlines()


@pytest.fixture
def fake(tmp_path: Path) -> FakeTerraform:
    return FakeTerraform(tmp_path)


def lines(*messages: dict[str, Any]) -> str:
    return "".join(json.dumps(message) + "\n" for message in messages)


def planned(address: str, action: str) -> dict[str, Any]:
    return {"type": "planned_change", "change": {"resource": {"addr": address}, "action": action}}


def hook(kind: str, address: str, action: str, seconds: int = 0) -> dict[str, Any]:
    resource = {"addr": address}
    return {
        "type": kind,
        "hook": {"resource": resource, "action": action, "elapsed_seconds": seconds},
    }


def diagnostic(summary: str, detail: str = "", **more: Any) -> dict[str, Any]:
    found = {"severity": "error", "summary": summary, "detail": detail, **more}
    return {"type": "diagnostic", "diagnostic": found}


# Steps


def test_each_step_runs_one_command_that_asks_nothing(fake: FakeTerraform, tmp_path: Path) -> None:
    fake.expect("init")
    fake.expect("validate", out='{"valid": true, "diagnostics": []}')
    fake.expect("plan", status=2)
    fake.expect("apply")
    fake.expect("destroy")
    fake.expect("version", out='{"terraform_version": "1.11.4"}')
    fake.expect("show", out='{"format_version": "1.2"}')
    fake.expect("output", out='{"url": {"value": "u", "sensitive": true, "type": "string"}}')
    terraform, plan = fake.terraform, tmp_path / "plan"

    terraform.init()
    terraform.validate()
    terraform.plan(out=plan)
    terraform.apply(plan)
    terraform.destroy()

    assert terraform.version() == "1.11.4"
    assert terraform.show_json(plan) == {"format_version": "1.2"}
    assert terraform.show_json() == {"format_version": "1.2"}
    assert terraform.output() == {"url": "u"}
    assert fake.recorded("calls") == [
        "init -json -input=false",
        "validate -json",
        f"plan -json -input=false -detailed-exitcode -out={plan}",
        f"apply -json -input=false {plan}",
        "destroy -json -input=false -auto-approve",
        "version -json",
        f"show -json -no-color {plan}",
        "show -json -no-color",
        "output -json -no-color",
    ]


def test_the_given_environment_is_complete_and_quietened(
    fake: FakeTerraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    fake.environment["AWS_REGION"] = "eu-west-1"
    fake.expect("init")

    fake.terraform.init()

    seen = dict(line.split("=", 1) for line in fake.recorded("environment") if "=" in line)
    assert "AWS_PROFILE" not in seen
    assert seen["AWS_REGION"] == "eu-west-1"
    assert (seen["CHECKPOINT_DISABLE"], seen["TF_IN_AUTOMATION"], seen["TF_INPUT"]) == (
        "1",
        "1",
        "0",
    )


@pytest.mark.parametrize(("status", "changed"), [(0, False), (2, True)])
def test_a_plan_says_whether_it_changes_anything(
    fake: FakeTerraform, status: int, changed: bool
) -> None:
    fake.expect("plan", status=status)
    assert fake.terraform.plan(out=Path("plan")) is changed


def test_a_plan_that_failed_is_not_a_plan_with_changes(fake: FakeTerraform) -> None:
    fake.expect("plan", status=1)
    with pytest.raises(TerraformError, match="exit status 1"):
        fake.terraform.plan(out=Path("plan"))


def test_a_relative_plan_is_looked_for_where_the_caller_is(
    fake: FakeTerraform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    fake.expect("plan")
    fake.expect("apply")
    fake.terraform.plan(out=Path("plan"))
    fake.terraform.apply(Path("plan"))
    assert [call.split()[-1] for call in fake.recorded("calls")] == [
        f"-out={elsewhere}/plan",
        f"{elsewhere}/plan",
    ]


# Progress


def test_events_count_steps_and_a_replacement_is_two(fake: FakeTerraform) -> None:
    fake.expect(
        "apply",
        out="a line a provider printed\n"
        + lines(
            {"type": "version", "terraform": "1.11.4"},
            planned("a.new", "create"),
            planned("b.swap", "replace"),
            planned("c.same", "noop"),
            hook("refresh_complete", "b.swap", "ignored"),
            hook("apply_start", "d.data", "read"),
            hook("apply_complete", "d.data", "read"),
            hook("apply_start", "b.swap", "delete"),
            hook("apply_complete", "b.swap", "delete"),
            hook("apply_progress", "a.new", "create", 10),
            hook("apply_complete", "a.new", "create", 12),
            hook("apply_complete", "b.swap", "create"),
        ),
    )
    events: list[Event] = []
    fake.terraform.apply(Path("plan"), on_event=events.append)

    assert [(e.phase, e.address, e.action, e.done, e.total) for e in events] == [
        ("planned", "a.new", "create", 0, 1),
        ("planned", "b.swap", "replace", 0, 3),
        ("planned", "c.same", "noop", 0, 3),
        ("complete", "b.swap", "refresh", 0, 3),
        ("start", "d.data", "read", 0, 3),
        ("complete", "d.data", "read", 0, 3),
        ("start", "b.swap", "delete", 0, 3),
        ("complete", "b.swap", "delete", 1, 3),
        ("progress", "a.new", "create", 1, 3),
        ("complete", "a.new", "create", 2, 3),
        ("complete", "b.swap", "create", 3, 3),
    ]
    assert [e.elapsed_seconds for e in events if e.address == "a.new"] == [0, 10, 12]


# Errors


def test_every_diagnostic_is_in_the_error_and_no_value_is(fake: FakeTerraform) -> None:
    place = {"filename": "cdk.tf.json", "start": {"line": 7}}
    snippet = {"code": "canary", "values": [{"statement": 'is "canary"'}]}
    fake.expect(
        "apply",
        out=lines(
            diagnostic("creating ECR Repository", "AccessDenied", address="aws_ecr_repository.web"),
            diagnostic("Invalid value", "Too long.", range=place, snippet=snippet),
            {**diagnostic("Deprecated"), "diagnostic": {"severity": "warning", "summary": "Old"}},
            {"type": "outputs", "outputs": {"token": {"value": "canary"}}},
        ),
        status=1,
    )
    with pytest.raises(TerraformError) as caught:
        fake.terraform.apply(Path("plan"))

    assert str(caught.value) == (
        "aws_ecr_repository.web: creating ECR Repository: AccessDenied\n"
        "cdk.tf.json:7: Invalid value: Too long."
    )
    assert caught.value.exit_status == 1


def test_an_invalid_configuration_says_where(fake: FakeTerraform) -> None:
    place = {"filename": "main.tf", "start": {"line": 3}}
    found = diagnostic("Unsupported argument", "No such thing.", range=place)["diagnostic"]
    fake.expect("validate", out=json.dumps({"valid": False, "diagnostics": [found]}), status=1)
    with pytest.raises(TerraformError, match=r"^main.tf:3: Unsupported argument: No such thing.$"):
        fake.terraform.validate()


def test_an_error_outside_json_loses_its_frame_and_the_warnings(fake: FakeTerraform) -> None:
    boxed = "╷\n│ Warning: Old\n│ \n│ Renew it.\n╵\n╷\n│ Error: No state\n│ \n│ There is none.\n╵\n"
    fake.expect("show", err=boxed, status=1)
    with pytest.raises(TerraformError) as caught:
        fake.terraform.show_json()
    assert str(caught.value) == "No state\nThere is none."


def test_a_silent_failure_still_says_something(fake: FakeTerraform) -> None:
    fake.expect("init", status=3)
    fake.script("plan", "kill -9 $$")
    with pytest.raises(TerraformError, match=r"^terraform init failed with exit status 3$"):
        fake.terraform.init()
    with pytest.raises(TerraformError, match=r"^terraform plan was ended by signal 9$"):
        fake.terraform.plan(out=Path("plan"))


def test_a_missing_terraform_says_what_to_install(tmp_path: Path) -> None:
    terraform = Terraform(tmp_path, executable=str(tmp_path / "terraform"))
    with pytest.raises(TerraformError, match=r"install Terraform 1\.10 or newer") as caught:
        terraform.init()
    assert caught.value.exit_status == 127


def test_a_missing_folder_is_not_a_missing_terraform(fake: FakeTerraform, tmp_path: Path) -> None:
    fake.folder = tmp_path / "nowhere"
    with pytest.raises(TerraformError, match=r"no such folder: .*nowhere"):
        fake.terraform.init()


@pytest.mark.parametrize("reason", [KeyboardInterrupt, ZeroDivisionError])
def test_terraform_writes_its_state_before_an_interrupt_goes_on(
    fake: FakeTerraform, reason: type[BaseException]
) -> None:
    started = lines(hook("apply_start", "a.new", "create")).strip()
    fake.script(
        "apply",
        f"""echo $$ >pid
trap 'echo INT >>signals' INT
echo '{started}'
while [ ! -e signals ]; do sleep 0.01; done
sleep 0.1
yes | head -n 100000  # more than a pipe holds: somebody must still be reading
echo kept >state
""",
    )

    def stop(_: Event) -> None:
        # A terminal's Ctrl-C goes to our whole group: Terraform must not get a second one.
        assert os.getpgid(int(fake.recorded("pid")[0])) != os.getpgrp()
        raise reason

    with pytest.raises(reason):
        fake.terraform.apply(Path("plan"), on_event=stop)
    assert fake.recorded("state") == ["kept"]
    assert fake.recorded("signals") == ["INT"]


# Where the provider comes from

Environment = dict[str, str]
MakeMirror = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path) -> Environment:
    """An environment whose implied directories are all empty."""
    (tmp_path / "home").mkdir()
    return {"HOME": str(tmp_path / "home"), "XDG_DATA_DIRS": str(tmp_path / "shared")}


@pytest.fixture
def make_mirror() -> MakeMirror:
    def make(
        path: Path,
        *,
        version: str = "5.100.0",
        platform: str = terraform_platform(),
        packed: bool = False,
    ) -> Path:
        provider = path / AWS_PROVIDER
        if packed:
            provider.mkdir(parents=True)
            (provider / f"terraform-provider-aws_{version}_{platform}.zip").touch()
        else:
            (provider / version / platform).mkdir(parents=True)
            (provider / version / platform / f"terraform-provider-aws_v{version}_x5").touch()
        return path

    return make


def configuration(source: requirements.ProviderSource) -> str:
    return Path(source.environment["TF_CLI_CONFIG_FILE"]).read_text()


@pytest.mark.parametrize("packed", [True, False])
def test_a_mirror_under_a_usual_root_is_found(
    tmp_path: Path, home: Environment, make_mirror: MakeMirror, packed: bool
) -> None:
    mirror = make_mirror(tmp_path / "opt/plug ins", packed=packed)

    source = provider_source(tmp_path, home, roots=[tmp_path / "none", tmp_path / "opt"])

    assert source.description == f"the mirror {mirror}"
    assert configuration(source) == (
        "provider_installation {\n"
        "  filesystem_mirror {\n"
        f'    path    = "{mirror}"\n'
        f'    include = ["{AWS_PROVIDER}"]\n'
        "  }\n"
        "  direct {\n"
        f'    exclude = ["{AWS_PROVIDER}"]\n'
        "  }\n"
        "}\n"
    )
    assert source.environment["TF_CLI_ARGS_providers_lock"] == f"'-fs-mirror={mirror}'"


@pytest.mark.parametrize("other", [{"version": "5.99.0"}, {"platform": "plan9_mips"}])
def test_a_mirror_without_the_pinned_provider_for_this_machine_is_passed_over(
    tmp_path: Path, home: Environment, make_mirror: MakeMirror, other: dict[str, str]
) -> None:
    make_mirror(tmp_path / "opt/plugins", **other)
    source = provider_source(tmp_path, home, roots=[tmp_path / "opt"])
    assert (source.description, source.environment) == ("the Terraform registry", {})


def test_the_variable_comes_before_everything(
    tmp_path: Path, home: Environment, make_mirror: MakeMirror
) -> None:
    (tmp_path / "home/.terraformrc").write_text("provider_installation {}")
    make_mirror(tmp_path / "home/.terraform.d/plugins")
    asked = make_mirror(tmp_path / "asked")
    source = provider_source(tmp_path, {**home, "TANDEM_PROVIDER_MIRROR": str(asked)}, roots=[])
    assert source.description == f"the mirror {asked}"
    assert configuration(source).count("provider_installation") == 1


def test_a_variable_that_names_no_mirror_is_an_error(tmp_path: Path, home: Environment) -> None:
    environment = {**home, "TANDEM_PROVIDER_MIRROR": str(tmp_path / "typo")}
    with pytest.raises(MirrorError, match=r"typo: no .*aws 5.100.0 for .*; fill it with"):
        provider_source(tmp_path, environment, roots=[])
    with pytest.raises(TerraformError, match="typo"):
        Terraform(tmp_path, environment=environment).init()


@pytest.mark.parametrize("file", [".terraformrc", ".terraform.d/mine.tfrc", "named"])
def test_the_users_own_installation_settings_are_left_alone(
    tmp_path: Path, home: Environment, make_mirror: MakeMirror, file: str
) -> None:
    make_mirror(tmp_path / "opt/plugins")
    (tmp_path / "home/.terraform.d").mkdir()
    settings = tmp_path / "home" / file
    settings.write_text("provider_installation {\n  direct {}\n}\n")
    if file == "named":
        home["TF_CLI_CONFIG_FILE"] = str(settings)

    source = provider_source(tmp_path, home, roots=[tmp_path / "opt"])

    assert source.environment == {}
    assert settings.read_text() == "provider_installation {\n  direct {}\n}\n"


def test_the_users_other_settings_stay_in_force(
    tmp_path: Path, home: Environment, make_mirror: MakeMirror
) -> None:
    make_mirror(tmp_path / "opt/plugins")
    text = (
        "disable_checkpoint = true\n# provider_installation {\n/*\nprovider_installation {}\n*/\n"
    )
    (tmp_path / "home/.terraformrc").write_text(text)
    source = provider_source(tmp_path, home, roots=[tmp_path / "opt"])
    assert configuration(source).startswith(text)
    assert "filesystem_mirror" in configuration(source)


@pytest.mark.parametrize(
    "place", ["work/terraform.d/plugins", "home/.terraform.d/plugins", "shared/terraform/plugins"]
)
@pytest.mark.skipif(sys.platform == "darwin", reason="the third place is another on macOS")
def test_terraforms_implied_directories_need_no_settings(
    tmp_path: Path, home: Environment, make_mirror: MakeMirror, place: str
) -> None:
    implied = make_mirror(tmp_path / place)
    make_mirror(tmp_path / "opt/plugins")
    source = provider_source(tmp_path / "work", home, roots=[tmp_path / "opt"])
    assert source.description == f"the mirror {implied}"
    assert "TF_CLI_CONFIG_FILE" not in source.environment


def test_a_named_settings_file_that_is_missing_causes_no_warning(
    tmp_path: Path, home: Environment, make_mirror: MakeMirror
) -> None:
    home["TF_CLI_CONFIG_FILE"] = str(tmp_path / "gone")
    assert provider_source(tmp_path, home, roots=[]).environment == {
        "TF_CLI_CONFIG_FILE": os.devnull
    }
    make_mirror(tmp_path / "opt/plugins")
    assert "filesystem_mirror" in configuration(
        provider_source(tmp_path, home, roots=[tmp_path / "opt"])
    )


def test_the_settings_are_written_once_and_privately(
    tmp_path: Path, home: Environment, make_mirror: MakeMirror
) -> None:
    make_mirror(tmp_path / "opt/plugins")
    first, second = (provider_source(tmp_path, home, roots=[tmp_path / "opt"]) for _ in range(2))
    file = Path(first.environment["TF_CLI_CONFIG_FILE"])
    assert first == second
    assert file.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]


def test_a_home_that_cannot_be_written_to_is_no_obstacle(
    tmp_path: Path, home: Environment, make_mirror: MakeMirror
) -> None:
    make_mirror(tmp_path / "opt/plugins")
    (tmp_path / "file").touch()
    home["XDG_CACHE_HOME"] = str(tmp_path / "file")
    source = provider_source(tmp_path, home, roots=[tmp_path / "opt"])
    assert "filesystem_mirror" in configuration(source)
    assert not Path(source.environment["TF_CLI_CONFIG_FILE"]).is_relative_to(tmp_path / "file")


def test_a_shell_can_take_the_variables_for_the_cdktf_command(
    tmp_path: Path,
    home: Environment,
    make_mirror: MakeMirror,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mirror = make_mirror(tmp_path / "it's here")
    monkeypatch.setattr(os, "environ", {**home, "TANDEM_PROVIDER_MIRROR": str(mirror)})
    assert requirements.main() == 0
    script = capsys.readouterr().out + 'printf %s "$TF_CLI_ARGS_providers_lock"'
    answer = subprocess.check_output(["/bin/sh", "-ec", script], text=True)
    assert shlex.split(answer) == [f"-fs-mirror={mirror}"]
    assert "export CHECKPOINT_DISABLE=1" in script

    monkeypatch.setattr(os, "environ", {**home, "TANDEM_PROVIDER_MIRROR": "typo"})
    assert requirements.main() == 2


# The real one


@pytest.fixture
def two_resources(tmp_path: Path) -> Path:
    resources = {
        "terraform_data": {
            "first": {"input": "kept"},
            "second": {
                "input": "${terraform_data.first.output}",
                "provisioner": [{"local-exec": {"command": "sleep $PAUSE"}}],
            },
        }
    }
    folder = tmp_path / "real"
    folder.mkdir()
    outputs = {"answer": {"value": "${terraform_data.first.output}"}}
    (folder / "main.tf.json").write_text(json.dumps({"resource": resources, "output": outputs}))
    return folder


@pytest.mark.integration
def test_a_round_with_the_real_terraform(two_resources: Path, tmp_path: Path) -> None:
    real = Terraform(two_resources, environment={**os.environ, "PAUSE": "0"})
    plan = tmp_path / "plan"
    events: list[Event] = []
    real.init()
    real.validate()
    assert real.plan(out=plan) is True
    assert len(real.show_json(plan)["resource_changes"]) == 2
    real.apply(plan, on_event=events.append)
    assert (events[-1].phase, events[-1].done, events[-1].total) == ("complete", 2, 2)
    assert real.output() == {"answer": "kept"}
    with pytest.raises(TerraformError, match="Saved plan is stale"):
        real.apply(plan)
    assert real.plan(out=plan) is False
    real.destroy()
    assert "values" not in real.show_json()


@pytest.mark.integration
def test_an_interrupted_apply_keeps_what_it_has_made(two_resources: Path, tmp_path: Path) -> None:
    slow = Terraform(two_resources, environment={**os.environ, "PAUSE": "60"})
    slow.init()
    slow.plan(out=tmp_path / "plan")

    def interrupt(event: Event) -> None:
        if event.phase == "start" and event.address == "terraform_data.second":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        slow.apply(tmp_path / "plan", on_event=interrupt)
    resources = slow.show_json()["values"]["root_module"]["resources"]
    assert "terraform_data.first" in [resource["address"] for resource in resources]


@pytest.mark.integration
def test_the_real_terraform_reads_our_settings(
    tmp_path: Path, home: Environment, make_mirror: MakeMirror
) -> None:
    mirror = make_mirror(tmp_path / 'plug "ins" ü')
    home |= {"PATH": os.environ["PATH"], "TANDEM_PROVIDER_MIRROR": str(mirror)}
    (tmp_path / "home/.terraformrc").write_text("disable_checkpoint = true")
    (tmp_path / "main.tf").write_text('resource "aws_ecr_repository" "web" { name = "web" }')
    Terraform(tmp_path, environment=home).init()
    installed = tmp_path / ".terraform/providers" / AWS_PROVIDER / "5.100.0" / terraform_platform()
    assert installed.resolve().is_relative_to(mirror)
