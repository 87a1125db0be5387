"""The page of all checks, of trace and of access."""

from __future__ import annotations

from tandem.access.catalogue import CHECKS
from tandem.trace.catalogue import catalogue_markdown


def checks_page() -> str:
    """The text of `docs/checks.md`."""
    permissions = [
        "## Permissions",
        "What `tandem access` finds.",
        "\n".join(
            ["| Check | What is wrong |", "|---|---|"]
            + [f"| [`{check.id}`](#{check.id}) | {check.title} |" for check in CHECKS]
        ),
        *(
            f"### `{check.id}`\n\n**{check.title}.** {check.why}\n\n"
            f"Remedy: {check.remedy} See [AWS's page]({check.page})."
            for check in CHECKS
        ),
    ]
    return f"{catalogue_markdown()}\n" + "\n\n".join(permissions) + "\n"
