"""What the shell makes of words, branches and loops, seen by what is pushed."""

from __future__ import annotations

import json

import pytest

from tandem.buildspec import Buildspec, parse
from tandem.deployment.symbols import readable, symbol


def read(*commands: str, **variables: str) -> Buildspec:
    document = {"version": 0.2, "phases": {"build": {"commands": list(commands)}}}
    return parse(json.dumps(document), variables)


def pushed(*commands: str, **variables: str) -> list[str]:
    """Pushes for people; `?` marks those that may not happen."""
    found = read(*commands, **variables)
    assert found.problems == ()
    return [
        readable(f"{image.repository}:{image.tag}") + ("" if image.certain else " ?")
        for image in found.pushes
    ]


@pytest.mark.parametrize(
    ("commands", "pushes"),
    [
        (["T=1", "docker push a:$T"], ["a:1"]),
        (["export T=1 U=2", "docker push a:$T$U"], ["a:12"]),
        (["(T=1)", "docker push a:${T:-none}"], ["a:none"]),
        (["{ T=1; }", "docker push a:$T"], ["a:1"]),
        (["T=a; T+=b", "docker push a:$T"], ["a:ab"]),
        (["T=1", "unset T", "docker push a:${T:-none}"], ["a:none"]),
        (["T=1 sh -c 'docker push a:$T'", "docker push b:${T:-none}"], ["a:1", "b:none"]),
        (["set -- -a; set -- b", 'docker push "$@"'], ["b:latest"]),
        (["set -- x y z; shift", "docker push a:$1-$#"], ["a:y-2"]),
        (["A=(x y)", 'for t in "${A[@]}"; do docker push a:$t; done'], ["a:x", "a:y"]),
        (["f() { docker push a:$1; }; f x && f y"], ["a:x", "a:y"]),
        (["echo x y | xargs -n1 -I{} docker push a:{}"], ["a:x", "a:y"]),
        (["for t in x {1..2}; do docker push a:$t; done"], ["a:x", "a:1", "a:2"]),
        (["for t in $LIST; do docker push a:$t; done"], ["a:l1", "a:l2"]),
        (["for t in $NONE; do docker push a:$t; done"], []),
        (["for t in $UNKNOWN; do docker push a:$t; done"], ["a:<one of var.x> ?"]),
        (["for t in $(ls); do docker push a:$t; done"], ["a:<one of $(ls)> ?"]),
        (["for t in 1 2 3; do [ $t = 2 ] && break; docker push a:$t; done"], ["a:1"]),
        (["for t in 1 2 3; do [ $t = 2 ] && continue; docker push a:$t; done"], ["a:1", "a:3"]),
        (["i=0; while [ $i -lt 3 ]; do docker push a:$i; i=$((i+1)); done"], ["a:<$i> ?"]),
        (["while read t; do docker push a:$t; done < tags"], ["a:<read t> ?"]),
        (['eval "docker push a:$LIST"'], ["l2:latest"]),
        (["A=", "B=1\nif true; then docker push a:$B; fi"], ["a:1"]),
        (["[ $UNKNOWN = 2 ] && T=x", "docker push a:${T:-y}"], ["a:<${T:-y}>"]),
        (["set -- x y", "for t; do docker push a:$t; done"], ["a:x", "a:y"]),
        (["set -o pipefail; set -- x; set -eu", "docker push a:$1"], ["a:x"]),
        (["cat tags | xargs docker push"], ["<input of xargs>:<tag in input of xargs> ?"]),
        (["bash -o errexit -ec -u 'docker push a:$1' zero x"], ["a:x"]),
        (["cat <<EOF | xargs -n 1 docker push\na:1\na:2\nEOF"], ["a:1", "a:2"]),
        (["f() { docker push a:$1; }", "f x || echo no", "docker push b"], ["a:x", "b:latest"]),
        (["A=\nif true; then docker push a:1; fi"], ["a:1"]),
    ],
)
def test_state(commands: list[str], pushes: list[str]) -> None:
    assert pushed(*commands, LIST="l1 l2", UNKNOWN=symbol("var.x")) == pushes


@pytest.mark.parametrize(
    ("command", "pushes"),
    [
        ("if [ $X = 1 ]; then docker push a; else docker push b; fi", ["a:latest"]),
        ("if [ $X != 1 ]; then docker push a; else docker push b; fi", ["b:latest"]),
        ("if [ $U = 1 ]; then docker push a; else docker push b; fi", ["a:latest ?", "b:latest ?"]),
        ("if [ $U = 1 ]; then T=x; else T=x; fi; docker push a:$T", ["a:x"]),
        ("if [ $U = 1 ]; then T=x; else T=y; fi; docker push a:$T", ["a:<$T>"]),
        ("if [ -z $U ]; then exit 1; fi; docker push a", ["a:latest"]),
        ("if [ -z $U ]; then exit 0; fi; docker push a", ["a:latest ?"]),
        ("if [ $X = 2 ]; then :; elif [ $X = 1 ]; then docker push a; fi", ["a:latest"]),
        ("if aws ecr describe-images; then :; else docker push a; fi", ["a:latest ?"]),
        ("if [ $CODEBUILD_BUILD_SUCCEEDING = 0 ]; then exit 1; fi; docker push a", ["a:latest"]),
        ("make x; if [ $? -eq 0 ]; then docker push a; fi", ["a:latest"]),
        ("[ $X = 1 ] && docker push a || docker push b", ["a:latest", "b:latest ?"]),
        ("[ $X = 2 ] && docker push a || docker push b", ["b:latest"]),
        ("[ $U = 2 ] && docker push a", ["a:latest ?"]),
        ("docker pull c || docker push a; docker push b", ["a:latest ?", "b:latest"]),
        ("docker build . && docker push a", ["a:latest"]),
        ("test -n '' || docker push a", ["a:latest"]),
        ("! grep -q x y && docker push a", ["a:latest ?"]),
        ("[[ $X == 1* && $X != 2 ]] && docker push a", ["a:latest"]),
        ('[[ $X == "1*" ]] && docker push a', []),
        ("[ $X -gt 0 -a ! -z $X ] && docker push a", ["a:latest"]),
        ("[ $X = 2 -o $X = 1 ] && docker push a", ["a:latest"]),
        ("[[ ( $X = 2 || $X = 1 ) && -n $X ]] && docker push a", ["a:latest"]),
        ("[ $X ] && docker push a", ["a:latest"]),
        ("[ -n $NONE -a $U = 1 ] && docker push a", []),
        ("[ -f Dockerfile ] && docker push a", ["a:latest ?"]),
        (
            "case $X in 2) docker push a;; 1|3) docker push b;; *) docker push c;; esac",
            ["b:latest"],
        ),
        ("case $U in 2) docker push a;; *) docker push c;; esac", ["a:latest ?", "c:latest ?"]),
        ("case v$U in w*) docker push a;; *) docker push c;; esac", ["c:latest"]),
        ("x || true && docker push a", ["a:latest"]),
        ("(exit 1) || docker push a", ["a:latest"]),
        ("f() { [ $X = 1 ] && return 1; docker push a; }; f || docker push b", ["b:latest"]),
    ],
)
def test_branches(command: str, pushes: list[str]) -> None:
    assert pushed(command, X="1", U=symbol("var.u")) == pushes


def test_a_sourced_file_may_set_what_nothing_else_sets() -> None:
    assert pushed(". ./env.sh", '[ -n "$T" ] && docker push a:$T') == ["a:<${T}> ?"]
    assert read(". ./env.sh").scripts == (". ./env.sh",)


def test_the_same_command_gives_the_same_symbol_unless_time_passes() -> None:
    same = read("docker push a:$(git rev-parse HEAD)", "docker push a:$(git rev-parse HEAD)")
    other = read("docker push a:$(date +%s)", "docker push a:$(date +%s)")
    changed = read("T=1", "docker push a:$(x $T)", "T=2", "docker push a:$(x $T)")

    assert same.pushes[0].tag == same.pushes[1].tag
    assert other.pushes[0].tag != other.pushes[1].tag
    assert changed.pushes[0].tag != changed.pushes[1].tag


@pytest.mark.parametrize(
    ("command", "writes"),
    [
        ("echo x > f.json", ("f.json",)),
        ("printf x >> d/f.json 2>&1", ("d/f.json",)),
        ("echo x | tee f.json > /dev/null", ("f.json",)),
        ('cat > f.json <<EOF\n{"a": "$X"}\nEOF', ("f.json",)),
        ("cat <<'EOF' > f.json && cp f.json out/\n$X\nEOF", ("f.json", "out/f.json")),
        ("cd app && echo x > f.json; cd .. ; echo x > g", ("app/f.json", "g")),
        ("cd app; cd $CODEBUILD_SRC_DIR; echo x > f", ("f",)),
        ("echo x > $CODEBUILD_SRC_DIR/f", ("f",)),
        ("a && b > f | c", ("f",)),
        ("aws s3 cp s3://b/k/task.json .", ("task.json",)),
        ("docker push a 2> /dev/stderr", ()),
    ],
)
def test_files_that_are_written(command: str, writes: tuple[str, ...]) -> None:
    assert read(command).writes == writes


def test_commands_within_here_documents_and_substitutions_are_seen() -> None:
    found = read(
        "cat > f <<EOF\n$(aws ssm get-parameter --name /a)\nEOF",
        "X=$(sudo -E timeout 5 aws sts get-caller-identity | jq .Account)",
        "if [ $UNSET_BY_ALL = 1 ]; then aws s3 ls; fi",
    )
    aws = [command.argv for command in found.commands if command.argv[0] == "aws"]

    assert aws == [
        ("aws", "ssm", "get-parameter", "--name", "/a"),
        ("aws", "sts", "get-caller-identity"),
    ]


def test_the_phase_and_the_certainty_of_commands() -> None:
    document = {
        "phases": {
            "post_build": {"commands": ["b || c"]},
            "install": {"commands": ["a"]},
        }
    }
    found = parse(json.dumps(document), {})

    assert [(c.phase, c.argv, c.certain) for c in found.commands] == [
        ("install", ("a",), True),
        ("post_build", ("b",), True),
        ("post_build", ("c",), False),
    ]
