"""Where Terraform gets the AWS provider from: a mirror on this machine, or the public registry.

Terraform reads its own settings and its implied directories without help. What it does not do is
look for a mirror elsewhere: that, and a setting that names a missing file, is mended here by a
command-line configuration of our own. Nobody's file is ever edited.

https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation
"""

import contextlib
import hashlib
import json
import os
import platform
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

AWS_PROVIDER = "registry.terraform.io/hashicorp/aws"
AWS_PROVIDER_VERSION = "5.100.0"
"""The version the constructs' bindings are made from."""

MIRROR_VARIABLE = "TANDEM_PROVIDER_MIRROR"
MIRROR_ROOTS = (Path("/opt"), Path("/srv"), Path("/usr/local/share"), Path("/usr/share"))
"""Folders whose sub-folders are looked through for a mirror, in this order."""

_CONFIG_VARIABLE = "TF_CLI_CONFIG_FILE"
_LOCK_VARIABLE = "TF_CLI_ARGS_providers_lock"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_INSTALLATION = re.compile(r'^\s*\{?\s*"?provider_installation\b', re.MULTILINE)
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}


class MirrorError(Exception):
    """The mirror that was asked for cannot be used."""


@dataclass(frozen=True)
class ProviderSource:
    """Where the AWS provider comes from, and what Terraform must be told about it."""

    description: str
    """For people: `the mirror /opt/plugins`, `the Terraform registry`, …"""

    environment: Mapping[str, str]
    """Variables to add to Terraform's environment. Empty where it needs no help."""


def provider_source(
    folder: Path, environment: Mapping[str, str], *, roots: Sequence[Path] = MIRROR_ROOTS
) -> ProviderSource:
    """Choose where Terraform, run in `folder`, gets the AWS provider from.

    The first that holds the pinned version for this machine: `TANDEM_PROVIDER_MIRROR`; whatever
    the user's own `provider_installation` says; Terraform's implied directories; a mirror in a
    sub-folder of `roots`; the registry.

    Raises:
        MirrorError: `TANDEM_PROVIDER_MIRROR` names a folder without the provider.
    """
    asked = environment.get(MIRROR_VARIABLE)
    if asked:
        mirror = Path(asked).expanduser().absolute()
        if not _holds_provider(mirror):
            raise MirrorError(
                f"{MIRROR_VARIABLE}={asked}: no {AWS_PROVIDER} {AWS_PROVIDER_VERSION} for "
                f"{terraform_platform()} in there; fill it with `terraform providers mirror "
                f"{asked}`, or unset the variable"
            )
        return _from_mirror(mirror, environment)

    settings = _user_settings(environment)
    if any(_INSTALLATION.search(_COMMENT.sub("", text)) for text in settings.values()):
        return ProviderSource("the user's own Terraform settings", {})
    for implied in _implied_directories(folder, environment):
        if _holds_provider(implied):
            return ProviderSource(
                f"the mirror {implied}",
                {**_without_missing_file(environment), **_lock_from(implied, environment)},
            )
    for root in roots:
        for mirror in _mirrors_below(root):
            if _holds_provider(mirror):
                return _from_mirror(mirror, environment)
    return ProviderSource("the Terraform registry", _without_missing_file(environment))


def cdktf_environment(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with which `npx cdktf` needs no more of the network than Terraform.

    Raises:
        MirrorError: As `provider_source`.
    """
    return {
        **provider_source(folder, environment).environment,
        "CHECKPOINT_DISABLE": "1",
        "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "1",  # else it keeps a second copy of the provider
    }


def terraform_platform() -> str:
    """Return this machine in Terraform's words, such as `linux_amd64`."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{_MACHINES.get(machine, machine)}"


def _holds_provider(mirror: Path) -> bool:
    """Whether `mirror` has the pinned AWS provider for this machine, packed or unpacked."""
    provider = mirror / AWS_PROVIDER
    packed = f"terraform-provider-aws_{AWS_PROVIDER_VERSION}_{terraform_platform()}.zip"
    unpacked = provider / AWS_PROVIDER_VERSION / terraform_platform()
    with contextlib.suppress(OSError):
        return (provider / packed).is_file() or any(unpacked.glob("terraform-provider-aws_*"))
    return False


def _mirrors_below(root: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from sorted(found.parent for found in root.glob("*/registry.terraform.io"))


def _implied_directories(folder: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield the directories Terraform looks into by itself."""
    home = _home(environment)
    yield folder / "terraform.d/plugins"
    yield home / ".terraform.d/plugins"
    if platform.system() == "Darwin":
        yield home / "Library/Application Support/io.terraform/plugins"
        yield Path("/Library/Application Support/io.terraform/plugins")
        return
    yield Path(environment.get("XDG_DATA_HOME") or home / ".local/share") / "terraform/plugins"
    shared = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    yield from (Path(entry) / "terraform/plugins" for entry in shared.split(":") if entry)


def _user_settings(environment: Mapping[str, str]) -> dict[Path, str]:
    """Read the settings Terraform would read: one named file, or those in the home folder."""
    named = environment.get(_CONFIG_VARIABLE) or environment.get("TERRAFORM_CONFIG")
    if named:
        files = [Path(named)]
    else:
        home = _home(environment)
        files = [home / ".terraformrc", *sorted((home / ".terraform.d").glob("*.tfrc*"))]
    settings = {}
    for file in files:
        with contextlib.suppress(OSError):
            settings[file] = file.read_text(errors="replace")
    return settings


def _without_missing_file(environment: Mapping[str, str]) -> dict[str, str]:
    """Spare people Terraform's warning about a named settings file that does not exist."""
    named = environment.get(_CONFIG_VARIABLE)
    return {_CONFIG_VARIABLE: os.devnull} if named and not Path(named).exists() else {}


def _from_mirror(mirror: Path, environment: Mapping[str, str]) -> ProviderSource:
    held = sorted(
        {
            str(provider.relative_to(mirror))
            for provider in mirror.glob("*.*/*/*")
            if provider.is_dir()
        }
    )
    names = json.dumps(held)
    installation = f"""provider_installation {{
  filesystem_mirror {{
    path    = {json.dumps(str(mirror), ensure_ascii=False)}
    include = {names}
  }}
  direct {{
    exclude = {names}
  }}
}}
"""
    # Everything else the user has set stays in force. JSON files are those of `terraform login`,
    # which Terraform reads in any case.
    kept = [
        text
        for file, text in _user_settings(environment).items()
        if file.suffix != ".json" and not _INSTALLATION.search(_COMMENT.sub("", text))
    ]
    config = _write_privately("\n".join([*kept, installation]), environment)
    return ProviderSource(
        f"the mirror {mirror}",
        {_CONFIG_VARIABLE: str(config), **_lock_from(mirror, environment)},
    )


def _lock_from(mirror: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Let `terraform providers lock`, which the cdktf CLI runs, use the mirror too.

    That command asks the registry, whatever Terraform's settings say.
    """
    if _LOCK_VARIABLE in environment:
        return {}
    return {_LOCK_VARIABLE: shlex.quote(f"-fs-mirror={mirror}")}


def _write_privately(text: str, environment: Mapping[str, str]) -> Path:
    """Write `text` where only this user can read it; the same text gives the same file."""
    cache = Path(environment.get("XDG_CACHE_HOME") or _home(environment) / ".cache") / "tandem"
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(cache, os.W_OK):
            raise PermissionError(cache)
    except OSError:
        cache = Path(tempfile.mkdtemp(prefix="tandem-"))
    file = cache / f"terraform-{hashlib.sha256(text.encode()).hexdigest()[:16]}.tfrc"
    if not file.exists():
        descriptor, name = tempfile.mkstemp(dir=cache, prefix=".new-")
        with os.fdopen(descriptor, "w") as stream:
            stream.write(text)
        Path(name).replace(file)  # atomic: another process never sees half a file
    return file


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("HOME") or Path.home())


def main() -> int:
    """Print the variables for a shell: `eval "$(pipenv run python -m tandem.requirements)"`."""
    try:
        variables = cdktf_environment(Path.cwd(), os.environ)
    except MirrorError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for name, value in variables.items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
