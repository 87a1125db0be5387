"""The command line. Nothing here starts Node; only the demo does, in a process of its own."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from tandem.config import Problem
    from tandem.deployment import Deployment

DEFAULT_CONFIG = Path("pipelines.yaml")

app = typer.Typer(
    help="Linked container image pipelines on AWS, as Terraform that people can review.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Config = Annotated[
    Path,
    typer.Option("--config", envvar="TANDEM_CONFIG", help="The file with the pipelines."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

Source = Annotated[
    Path | None,
    typer.Argument(
        metavar="[INPUT]",
        help="JSON of a plan or a state (`terraform show -json`), a .tf.json file, a folder of "
        "them, or - for standard input. Default: what the file with the pipelines synthesizes to.",
    ),
]

CheckOnly = Annotated[
    bool, typer.Option("--check", help="Write nothing; exit 1 and name the files if stale.")
]


@app.command()
def check(config: Config = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """Check the file: every problem at once, with its line and what to do."""
    from tandem.config import ConfigError, load

    problems: Sequence[Problem] = []
    warnings: Sequence[Problem] = []
    try:
        warnings = load(config).warnings
    except ConfigError as error:
        problems = error.problems
    if as_json:
        report = {
            "problems": [asdict(problem) for problem in problems],
            "warnings": [asdict(warning) for warning in warnings],
        }
        typer.echo(json.dumps({"file": str(config), **report}))
    else:
        for problem in problems:
            typer.echo(f"{config}:{problem}", err=True)
        for warning in warnings:
            typer.echo(f"{config}:{warning} (warning)", err=True)
        if not problems:
            typer.echo(f"{config}: no problems")
    raise typer.Exit(2 if problems else 0)


@app.command()
def demo(
    config: Config = DEFAULT_CONFIG,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave it running until Ctrl-C, and say how to reach it.")
    ] = False,
) -> None:
    """Apply the file against the embedded AWS emulator, show what exists, destroy it."""
    from tandem.config import ConfigError, load
    from tandem.demo import DemoError
    from tandem.demo import demo as run
    from tandem.deployment import InputError
    from tandem.synthesis import SynthesisError
    from tandem.terraform import TerraformError

    console = _console()
    try:
        settings = load(config)
        run(config, region=settings.region, account=settings.account, keep=keep, console=console)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except (DemoError, InputError, SynthesisError, TerraformError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


@app.command()
def trace(
    source: Source = None,
    config: Config = DEFAULT_CONFIG,
    event: Annotated[
        Path | None, typer.Option(help="Only say what the event in this JSON file would start.")
    ] = None,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print the picture for Markdown.")] = (
        False
    ),
    dot: Annotated[bool, typer.Option("--dot", help="Print the picture for Graphviz.")] = False,
    svg: Annotated[Path | None, typer.Option(help="Write the picture into this file.")] = None,
    as_json: Json = False,
) -> None:
    """Say what starts what, and which links do not fire. Exit status 1: there are findings."""
    from tandem.trace import command

    if sum((mermaid, dot, as_json)) > 1:
        raise _wrong("--mermaid, --dot and --json exclude each other: choose one")
    with _told():
        deployment = _looked_at(source, config)
        if event is not None:
            if mermaid or dot or svg:
                raise _wrong("--event prints a tree or --json, no picture: leave the picture out")
            command.print_event(deployment, event, as_json=as_json, console=_console())
            return
        picture: command.Picture = "mermaid" if mermaid else "dot" if dot else None
        found = command.print_trace(
            deployment, picture=picture, svg_file=svg, as_json=as_json, console=_console()
        )
    raise typer.Exit(1 if found else 0)


@app.command()
def access(
    source: Source = None,
    config: Config = DEFAULT_CONFIG,
    verbose: Annotated[bool, typer.Option("--verbose", help="Every role in full.")] = False,
    as_json: Json = False,
) -> None:
    """Prove what each role may do against what it needs. Exit status 1: there are findings."""
    from tandem.access.as_json import as_json as plain
    from tandem.access.rendering import show
    from tandem.access.report import access as prove

    with _told():
        deployment = _looked_at(source, config)
        with Console(stderr=True).status("Evaluating policies"):
            report = prove(deployment)
        if as_json:
            typer.echo(json.dumps(plain(report)))
        else:
            show(report, _console(), verbose=verbose)
    raise typer.Exit(1 if report.findings else 0)


@app.command()
def review(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN_JSON",
            help="What `terraform show -json PLAN` prints, or - for standard input.",
        ),
    ],
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            envvar="TANDEM_CONFIG",
            help="The file whose `review:` says the exceptions, with or without pipelines. "
            "Default: pipelines.yaml, if there.",
        ),
    ] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the comment into this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page into this file.")] = None,
    sarif: Annotated[Path | None, typer.Option(help="Write what code scanning reads.")] = None,
    limit: Annotated[
        str,
        typer.Option(
            metavar="NUMBER",
            help="Characters of the comment, 2000 or more: CodeCommit takes 10240.",
        ),
    ] = "65000",
    checkov: Annotated[
        bool,
        typer.Option("--checkov", envvar="TANDEM_CHECKOV", help="Let checkov look at it too."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what a plan does, to those who must agree. Exit status 1: the gate is closed."""
    from tandem.review import command

    if config is None and DEFAULT_CONFIG.exists():
        config = DEFAULT_CONFIG
    outputs = command.Outputs(markdown, html, sarif)
    with _told(), Console(stderr=True).status("Reviewing"):
        passes = command.print_review(
            plan, config, outputs, limit=command.characters(limit), as_json=as_json, checkov=checkov
        )
    raise typer.Exit(0 if passes else 1)


@app.command()
def comment(
    file: Annotated[
        Path, typer.Argument(help="Markdown, as `tandem review --markdown` writes it.")
    ],
    github: Annotated[bool, typer.Option("--github", help="Of a pull request at GitHub.")] = False,
    gitlab: Annotated[bool, typer.Option("--gitlab", help="Of a merge request at GitLab.")] = False,
    bitbucket: Annotated[
        bool, typer.Option("--bitbucket", help="Of a pull request at Bitbucket.")
    ] = False,
    codecommit: Annotated[
        bool, typer.Option("--codecommit", help="Of a pull request at CodeCommit.")
    ] = False,
    name: Annotated[
        str, typer.Option(help="Tells the comments of several reviews of a pull request apart.")
    ] = "plan",
    update_only: Annotated[
        bool, typer.Option("--update-only", help="Only update the comment, if there is one.")
    ] = False,
) -> None:
    """Write a review into the one comment of its pull request. Exit status 1: the host refused."""
    from tandem.review.comments.command import Kind
    from tandem.review.comments.command import comment as write
    from tandem.review.comments.errors import CommentError, SettingError

    hosts: dict[Kind, bool] = {
        "github": github,
        "gitlab": gitlab,
        "bitbucket": bitbucket,
        "codecommit": codecommit,
    }
    chosen = [host for host, is_chosen in hosts.items() if is_chosen]
    if len(chosen) != 1:
        raise _wrong("give one of --github, --gitlab, --bitbucket and --codecommit")
    try:
        outcome = write(file, chosen[0], os.environ, name=name, update_only=update_only)
    except SettingError as error:
        raise _wrong(str(error)) from error
    except CommentError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"The comment is {outcome}.")


@app.command()
def emulator(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 chooses a free one.")] = 0,
) -> None:
    """Run the embedded AWS emulator in the foreground, and print its endpoint."""
    from tandem.emulator import PortInUseError, serve

    try:
        serve(port, lambda endpoint: typer.echo(endpoint))
    except PortInUseError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


@app.command()
def generate(
    check_only: CheckOnly = False,
) -> None:
    """Write the JSON Schema and the reference of the file, from its models."""
    from tandem.generate import generated

    _write_or_check(generated(), check_only=check_only, command="generate")


@app.command()
def export(
    folder: Annotated[
        Path, typer.Argument(help="Where the modules go, each into a folder of its own.")
    ] = Path("terraform"),
    check_only: CheckOnly = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write .tf.json files, which Terraform reads as well.")
    ] = False,
) -> None:
    """Write the constructs as Terraform modules, for teams that write no Python."""
    from tandem.export.files import exported

    files = exported(folder, as_json=as_json)
    _write_or_check(files, check_only=check_only, command="export")


def _console() -> Console:
    console = Console()
    if not console.is_terminal:
        console.width = 120  # nobody's window: wide enough for the tables
    return console


def _looked_at(source: Path | None, config: Path) -> Deployment:
    from tandem.inputs import deployment

    with Console(stderr=True).status("Reading" if source else "Synthesizing"):
        return deployment(source, config)


@contextmanager
def _told() -> Iterator[None]:
    """Say what is wrong with the input in its own lines, and exit with status 2."""
    from tandem.access.node import EvaluatorError
    from tandem.deployment import InputError
    from tandem.review.findings.errors import ScanError
    from tandem.synthesis import SynthesisError
    from tandem.trace.pictures.svg import PictureError

    try:
        yield
    except (EvaluatorError, InputError, PictureError, ScanError, SynthesisError) as error:
        raise _wrong(str(error)) from error
    except BrokenPipeError:
        raise  # nobody reads on, and typer ends
    except OSError as error:
        where = error.filename or "standard output"
        raise _wrong(f"{where}: cannot be written: {error.strerror}") from error
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError) as error:
        # Its own words may quote a value, and a value may be a secret.
        raise _wrong(f"the input is not as Terraform writes it ({type(error).__name__})") from error


def _wrong(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)


def _write_or_check(files: Mapping[Path, str | None], *, check_only: bool, command: str) -> None:
    from tandem.files import stale, write

    outdated = stale(files)
    if not check_only:
        write(files)
        return
    for path in outdated:
        typer.echo(f"{path} is stale: run tandem {command}", err=True)
    raise typer.Exit(1 if outdated else 0)


def main() -> None:
    """Run the command line.

    What it makes is in use until the end and goes with the process. For 1,000 images it takes half
    as long to look for garbage in it as all the rest, so nobody looks.
    """
    gc.disable()
    try:
        app(prog_name="tandem")
    finally:
        gc.freeze()
