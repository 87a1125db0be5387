"""Reviews as comments: one for each name, updated, at every host; nobody else's is touched."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from comment_hosts import LIMITS, OTHER, TOKEN, CommentHost, Fault, comment_host
from typer.testing import CliRunner, Result

from tandem.cli import app
from tandem.review.comments import sticky
from tandem.review.comments.command import Kind, comment
from tandem.review.comments.errors import BusyError, CommentError, SettingError
from tandem.review.comments.sticky import marked

HOSTS = tuple(LIMITS)
OVER_HTTP = tuple(it for it in HOSTS if it != "codecommit")
TEXT = "## Passes\n"


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it waited, without doing so."""
    waited: list[float] = []
    monkeypatch.setattr(sticky, "sleep", waited.append)
    return waited


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[CommentHost]:
    with comment_host(request.param) as served:
        _at(served, monkeypatch)
        yield served


@pytest.fixture(params=OVER_HTTP)
def web(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[CommentHost]:
    """Hosts that are given a token."""
    with comment_host(request.param) as served:
        _at(served, monkeypatch)
        yield served


def _at(served: CommentHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", served.base)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "nobody")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


def say(
    host: CommentHost,
    file: Path,
    text: str = TEXT,
    *,
    name: str = "plan",
    update_only: bool = False,
) -> str:
    file = file / "review.md"
    file.write_text(text, encoding="utf-8")
    return comment(file, host.kind, host.environment, name=name, update_only=update_only)


def run(host: CommentHost, file: Path, *options: str, **environment: str | None) -> Result:
    """What a shell sees."""
    path = file / "review.md"
    path.write_text(TEXT)
    arguments = ["comment", str(path), f"--{host.kind}", *options]
    told = {**dict.fromkeys(host.environment), **host.environment, **environment}
    return CliRunner().invoke(app, arguments, env=told, catch_exceptions=False)


def test_the_first_review_is_a_new_comment(host: CommentHost, tmp_path: Path) -> None:
    assert say(host, tmp_path) == "posted"
    assert [it.text for it in host.notes] == [marked(TEXT, "plan")]


def test_a_later_review_updates_it(host: CommentHost, tmp_path: Path) -> None:
    say(host, tmp_path)
    assert say(host, tmp_path, "## Blocked\n") == "updated"
    assert [it.text for it in host.notes] == [marked("## Blocked\n", "plan")]


def test_it_is_found_on_any_page(host: CommentHost, tmp_path: Path) -> None:
    others = [host.note(f"a remark {number}", author=OTHER) for number in range(8)]
    ours = host.note(marked("old", "plan"))
    others.append(host.note("a remark", author=OTHER))
    assert say(host, tmp_path) == "updated"
    assert ours.text == marked(TEXT, "plan")
    assert len(host.notes) == 10
    assert all(it.text.startswith("a remark") for it in others)


def test_somebody_elses_is_not_touched_whatever_it_says(host: CommentHost, tmp_path: Path) -> None:
    theirs = host.note(marked("## Passes, I promise\n", "plan"), author=OTHER)
    assert say(host, tmp_path) == "posted"
    assert theirs.text == marked("## Passes, I promise\n", "plan")
    assert host.notes[-1].text == marked(TEXT, "plan")


def test_own_comments_about_other_things_are_not_touched(host: CommentHost, tmp_path: Path) -> None:
    others = [
        marked("old", "plan-of-jobs"),
        f"as said:\n\n> {marked('old', 'plan')}",
        "[//]: # (tandem-review plan",
    ]
    for text in others:
        host.note(text)
    assert say(host, tmp_path) == "posted"
    assert [it.text for it in host.notes[:-1]] == others


def test_names_tell_reviews_apart(host: CommentHost, tmp_path: Path) -> None:
    say(host, tmp_path, "one", name="shop")
    say(host, tmp_path, "two", name="examples/chain")
    say(host, tmp_path, "three", name="shop")
    assert [it.text for it in host.notes] == [
        marked("three", "shop"),
        marked("two", "examples/chain"),
    ]


def test_what_is_deleted_is_not_updated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[Kind] = ["bitbucket", "codecommit"]  # elsewhere it is no longer listed
    for kind in kinds:
        with comment_host(kind) as host:
            _at(host, monkeypatch)
            host.note(marked("old", "plan"), deleted=True)
            assert say(host, tmp_path) == "posted"
            assert len(host.asked) == 2, "one to look, one to write"


def test_it_can_be_updated_only(host: CommentHost, tmp_path: Path) -> None:
    assert say(host, tmp_path, update_only=True) == "left out"
    assert host.notes == []
    host.note(marked("old", "plan"))
    assert say(host, tmp_path, update_only=True) == "updated"


def test_a_comment_is_as_long_as_the_host_takes_it(host: CommentHost, tmp_path: Path) -> None:
    lines = "- a line — of it 🙂\n" * 60_000
    folded = f"<details><summary>More</summary>\n\n{lines}\n</details>\n"
    say(host, tmp_path, f"{TEXT}\n{folded}")
    (note,) = host.notes
    length = len(note.text.encode("utf-16-le")) // 2
    assert LIMITS[host.kind] - 200 < length <= LIMITS[host.kind]
    assert note.text.startswith(marked(TEXT, "plan"))
    assert note.text.endswith(
        "**More did not fit into this comment.** The report of the build has it all."
    )
    assert note.text.count("<details>") == note.text.count("</details>")
    assert say(host, tmp_path, "short") == "updated"


def test_a_host_gets_what_it_can_show(host: CommentHost, tmp_path: Path) -> None:
    text = "## Passes\n\n<details><summary>More</summary>\n\n- a\n\n</details>\n"
    say(host, tmp_path, text)
    shows_tags = host.kind in ("bitbucket", "codecommit")
    plain = "## Passes\n\n**More**\n\n- a\n\n"
    assert host.notes[0].text == marked(plain if shows_tags else text, "plan")


@pytest.mark.parametrize("at", ["", "/", "/api/v3", "/api/v3/"])
def test_a_github_of_ones_own_is_elsewhere(tmp_path: Path, at: str) -> None:
    with comment_host("github") as host:
        assert run(host, tmp_path, GITHUB_API_URL=f"{host.base}{at}").exit_code == 0
        prefix = "/api" if "api" in at else ""
        posted = at.rstrip("/") + "/repos/acme/pipelines/issues/12/comments"
        assert [it.path for it in host.asked] == [f"{prefix}/graphql", posted]


# What goes wrong


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_host_is_asked_again(web: CommentHost, tmp_path: Path, status: int) -> None:
    web.faults += [Fault("POST", status), Fault("*", status)]
    assert say(web, tmp_path) == "posted"
    assert [it.text for it in web.notes] == [marked(TEXT, "plan")]


def test_as_long_as_the_host_asks_for(web: CommentHost, tmp_path: Path, waits: list[float]) -> None:
    web.faults += [Fault("*", 403, {"Retry-After": "17"}), Fault("*", 503)]
    say(web, tmp_path)
    assert waits == [17.0, 4.0]


def test_it_does_not_wait_for_hours(web: CommentHost, tmp_path: Path, waits: list[float]) -> None:
    web.faults.append(Fault("*", 429, {"Retry-After": "3600"}))
    with pytest.raises(BusyError):
        say(web, tmp_path)
    assert waits == []


def test_it_gives_up(web: CommentHost, tmp_path: Path, waits: list[float]) -> None:
    web.faults += [Fault("*", 503)] * 5
    with pytest.raises(BusyError, match="503"):
        say(web, tmp_path)
    assert waits == [2.0, 4.0, 8.0, 16.0]


def test_an_answer_that_is_lost_makes_no_second_comment(web: CommentHost, tmp_path: Path) -> None:
    path = "/notes" if web.kind == "gitlab" else "/comments"
    web.faults.append(Fault("POST", 502, path=path, done=True))
    say(web, tmp_path)
    assert len(web.notes) == 1


def test_a_host_that_is_not_there(tmp_path: Path, waits: list[float]) -> None:
    with comment_host("gitlab") as host:
        pass
    with pytest.raises(BusyError, match=r"GitLab: no answer \(ConnectionError\)"):
        say(host, tmp_path)
    assert len(waits) == 4


def test_a_comment_that_goes_in_between_is_made_anew(
    host: CommentHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = host.note(marked("old", "plan"))
    monkeypatch.setattr(host, "_of", lambda _: None)
    assert say(host, tmp_path) == "posted"
    assert note.text == marked("old", "plan")


# Tokens


def test_the_token_is_sent_and_never_said(web: CommentHost, tmp_path: Path) -> None:
    web.faults.append(Fault("*", 422, content={"message": f"no {TOKEN}\nat all"}))
    result = run(web, tmp_path)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "422, no … at all" in result.stderr
    assert TOKEN not in result.output
    assert {it.authorization for it in web.asked} == {f"Bearer {TOKEN}"}


def test_netrc_does_not_replace_the_token(
    web: CommentHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert requests.utils.get_netrc_auth(web.base) is not None
    assert say(web, tmp_path) == "posted"


def test_a_token_that_may_not_is_told_what_it_must(web: CommentHost, tmp_path: Path) -> None:
    web.faults.append(Fault("*", 403, content={"message": "Resource not accessible"}))
    with pytest.raises(CommentError, match=r"Resource not accessible; the (access )?token must"):
        say(web, tmp_path)


@pytest.mark.parametrize("token", ["two words", "lin\ne", "tokén"])
def test_no_token_of_two_words_is_quoted(web: CommentHost, tmp_path: Path, token: str) -> None:
    result = run(web, tmp_path, TANDEM_COMMENT_TOKEN=token)
    assert result.exit_code == 2
    assert token not in result.output
    assert result.stderr.startswith("TANDEM_COMMENT_TOKEN: is no token")
    assert web.asked == []


def test_a_token_goes_nowhere_else(web: CommentHost, tmp_path: Path) -> None:
    with comment_host(web.kind) as elsewhere:
        web.faults.append(Fault("*", 302, {"Location": f"{elsewhere.base}/graphql"}))
        with pytest.raises(CommentError, match="302, it is somewhere else"):
            say(web, tmp_path)
        assert elsewhere.asked == []


def test_a_next_page_elsewhere_is_not_read(tmp_path: Path) -> None:
    with comment_host("bitbucket") as host, comment_host("bitbucket") as elsewhere:
        page = {"values": [], "next": f"{elsewhere.base}/x"}
        host.faults.append(Fault("GET", 200, content=page))
        with pytest.raises(CommentError, match="the next page is on another host"):
            say(host, tmp_path)
        assert elsewhere.asked == []


@pytest.mark.parametrize("base", ["http://git.example.com/api", "ftp://127.0.0.9/"])
def test_a_token_is_not_sent_in_the_clear(tmp_path: Path, base: str) -> None:
    host = CommentHost("github", base=base)
    with pytest.raises(SettingError, match="in the clear"):
        say(host, tmp_path)


# Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TANDEM_REPOSITORY", ""),
        ("TANDEM_REPOSITORY", "acme/../user"),
        ("TANDEM_REPOSITORY", "acme/pipelines?x=1"),
        ("TANDEM_PULL_REQUEST", ""),
        ("TANDEM_PULL_REQUEST", "12/../13"),
        ("TANDEM_PULL_REQUEST", "0"),
    ],
)
def test_what_is_missing_or_odd_is_named(
    host: CommentHost, tmp_path: Path, name: str, value: str
) -> None:
    result = run(host, tmp_path, **{name: value})
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{name} is ")
    assert host.asked == []


@pytest.mark.parametrize("name", ["TANDEM_BEFORE_COMMIT", "TANDEM_AFTER_COMMIT"])
def test_codecommit_wants_both_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with comment_host("codecommit") as host:
        _at(host, monkeypatch)
        result = run(host, tmp_path, **{name: "main"})
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{name} is something else")


def test_a_pull_request_that_nobody_knows(host: CommentHost, tmp_path: Path) -> None:
    result = run(host, tmp_path, TANDEM_PULL_REQUEST="13")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_the_command_says_what_it_did(host: CommentHost, tmp_path: Path) -> None:
    result = run(host, tmp_path, "--name", "shop")
    assert (result.exit_code, result.stdout) == (0, "The comment is posted.\n")
    assert run(host, tmp_path, "--name", "shop").stdout == "The comment is updated.\n"


@pytest.mark.parametrize("options", [[], ["--github", "--gitlab"]])
def test_there_is_one_host(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "review.md").write_text(TEXT)
    result = CliRunner().invoke(app, ["comment", str(tmp_path / "review.md"), *options])
    assert result.exit_code == 2
    assert "give one of" in result.stderr


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_there_must_be_something_to_say(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "review.md").write_bytes(content)
    result = CliRunner().invoke(app, ["comment", str(tmp_path / "review.md"), "--github"])
    assert result.exit_code == 2
    assert "write it with tandem review --markdown" in result.stderr


@pytest.mark.parametrize("name", ["", "a)b", "a\nb", "-a", "a" * 101])
def test_a_name_stays_in_its_line(name: str) -> None:
    with pytest.raises(SettingError, match="--name"):
        marked(TEXT, name)
