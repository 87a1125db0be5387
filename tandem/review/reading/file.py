"""From a file to the JSON of a plan, or to one line that says why it is none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tandem.deployment.errors import InputError

SHOW = "terraform show -json PLAN"
_GIVE = f"give what `{SHOW}` prints"
_CONFIGURATION = ("resource", "module", "data", "terraform", "provider")
_NO_TEXT = re.compile("[\ud800-\udfff\ue000\ue001]")
"""Half characters, which no file can hold, and those that stand for what is not known here."""
_ESCAPED_NO_TEXT = re.compile(r"\\u(?:[dD]|[eE]00)")
"""What may be one of them, escaped."""


def read(source: Path | bytes, name: str | None = None) -> dict[str, Any]:
    """The JSON of a plan.

    Args:
        source: A file, or what one holds.
        name: What errors call it. None: the path, or `the plan`.

    Raises:
        InputError: It is no plan that can be reviewed. The message quotes nothing of it but
            numbers of versions: the rest may be sensitive.
    """
    name = name or (str(source) if isinstance(source, Path) else "the plan")
    try:
        content = source.read_bytes() if isinstance(source, Path) else source
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from error
    document = _parsed(content, name)
    if why := _not_a_plan(document):
        raise InputError(f"{name}: {why}")
    found: dict[str, Any] = document
    return found


@contextmanager
def as_terraform_writes() -> Iterator[None]:
    """Say in one line, without quoting it, that a plan has another form than Terraform's."""
    try:
        yield
    except RecursionError:
        raise InputError("is nested too deep; plan it anew") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # What the error says may be a value.
        raise InputError(f"is not as Terraform writes a plan ({type(error).__name__})") from None


def _parsed(content: bytes, name: str) -> Any:
    if content.startswith(b"PK"):
        raise InputError(f"{name}: is a plan file, and no JSON; {_GIVE}")
    try:
        text = content.decode("utf-16" if content[:2] in _UTF_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{name}: is no text; {_GIVE}") from None
    if not text.strip():
        raise InputError(f"{name}: is empty; {_GIVE}")
    try:
        document = json.loads(text)
        may_have = "\ue000" in text or "\ue001" in text or _ESCAPED_NO_TEXT.search(text)
        return _mended(document) if may_have else document
    except RecursionError:
        raise InputError(f"{name}: is nested too deep; {_GIVE}") from None
    except json.JSONDecodeError as error:
        if text.startswith('{"@level"'):
            raise InputError(f"{name}: is the log of `terraform plan -json`; {_GIVE}") from None
        if error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated"):
            why = "it ends too early: write it again"
        else:
            why = _GIVE
        raise InputError(f"{name}:{error.lineno}: is no JSON: {error.msg}; {why}") from None
    except ValueError:
        raise InputError(f"{name}: has a number that is too long; {_GIVE}") from None


_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""What PowerShell writes when the output goes to a file."""


def _mended(value: Any) -> Any:
    match value:
        case str():
            return _NO_TEXT.sub("\ufffd", value)
        case dict():
            return {_mended(key): _mended(item) for key, item in value.items()}
        case list():
            return [_mended(item) for item in value]
    return value


def _not_a_plan(document: Any) -> str | None:
    if not isinstance(document, Mapping):
        return f"is no JSON object; {_GIVE}"
    version = document.get("format_version")
    if version is None:
        if "serial" in document:
            return f"is a state, and no plan; {_GIVE}"
        if any(key in document for key in _CONFIGURATION):
            return f"is a configuration, and no plan: plan it, and {_GIVE}"
        return f"is no plan of Terraform; {_GIVE}"
    if not isinstance(version, str) or not re.fullmatch(r"\d{1,6}\.\d{1,6}", version):
        return f"has a format version that is none; {_GIVE}"
    if not version.startswith("1."):
        return f"has format version {version}, and only 1 is known: use another Terraform"
    if "planned_values" not in document and "resource_changes" not in document:
        if "values" in document:
            return f"is a state, and no plan; {_GIVE}"
        if "provider_schemas" in document:
            return f"is the schemas of providers, and no plan; {_GIVE}"
        return f"is no plan of Terraform; {_GIVE}"
    if document.get("errored"):
        return "is a plan that failed: mend what Terraform says, and plan again"
    changes = document.get("resource_changes") or []
    for number, each in enumerate(changes if isinstance(changes, list) else []):
        if not _is_change(each):
            return f"resource_changes[{number}] is not as Terraform writes it; {_GIVE}"
    return None


def _is_change(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and all(isinstance(value.get(name), str) for name in ("address", "mode", "type", "name"))
        and isinstance(value.get("change"), Mapping)
        and isinstance(value["change"].get("actions"), list)
    )
