"""Sensitive values that are too short to be looked for everywhere, and what they are not."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_redacted import Json, change, module, plan, resource, shown

from tandem.review.redaction.redaction import redact

HIDDEN = "<sensitive: aws_thing.it.secret>"


def copied(secret: Any, copy: Any, **more: Any) -> Any:
    """What is left of the copy that a provider makes of a secret."""
    values = {"secret": secret, "copy": copy}
    found, _ = redact(plan(change(after=values, hides_after={"secret": True}), **more))
    return shown(found["resource_changes"][0]["change"]["after"]["copy"])


def elsewhere(secret: Any, copy: Any, *, in_own: Any = None, **more: Any) -> Any:
    """What is left of the same in another resource."""
    values = {"secret": secret, "own": in_own}
    document = plan(
        change(after=values, hides_after={"secret": True}),
        change(after={"copy": copy}, address="aws_other.it"),
        **more,
    )
    return shown(redact(document)[0]["resource_changes"][1]["change"]["after"]["copy"])


@pytest.mark.parametrize("secret", ["Zq7", "web", "swordfish", "hunter2", "7391", 7391, "Z!"])
def test_a_short_value_is_hidden_in_its_own_resource(secret: Any) -> None:
    assert copied(secret, secret) == HIDDEN
    assert copied(secret, {"list": [secret, "x"]}) == {"list": [HIDDEN, "x"]}


@pytest.mark.parametrize("secret", ["hunter2", "swordfish", "Z4!x", "7391"])
def test_a_short_value_is_hidden_within_others_in_its_own_resource(secret: str) -> None:
    assert copied(secret, f"arn:aws:x:{secret}/y") == f"arn:aws:x:{HIDDEN}/y"
    assert secret not in str(copied(secret, {f"key of {secret}": 1}))
    assert copied(secret, f"x{secret}x") == f"x{secret}x"


@pytest.mark.parametrize("said", ["true", "None", "DEFAULT", "", "x", "22", 443, True])
def test_what_says_nothing_is_shown(said: Any) -> None:
    assert copied(said, said) == said
    assert copied(said, f"arn:{said}/y") == f"arn:{said}/y"


@pytest.mark.parametrize("place", ["eu-west-1", "123456789012"])
def test_the_account_and_the_region_are_shown(place: str) -> None:
    """They stand in nearly every ARN, and whoever marks one as sensitive has copies of it."""
    one = resource({"input": place, "region": place}, {"input": True})
    other = resource({"region": place, "arn": f"arn:{place}"}, address="aws_other.it")
    found, _ = redact(plan(planned_values=module(one, other)))
    assert found["planned_values"]["root_module"]["resources"][1]["values"] == other["values"]


@pytest.mark.parametrize("word", ["latest", "build", "5432", "v1.2"])
def test_a_short_value_is_shown_in_other_resources(word: str) -> None:
    assert elsewhere(word, word) == word


def test_what_refers_to_a_copy_has_it_too() -> None:
    assert elsewhere("hunter2", "hunter2", in_own="hunter2") == HIDDEN
    assert elsewhere("hunter2", "not hunter2", in_own="hunter2") == "not hunter2"
    for word in ("latest", "5432"):
        assert elsewhere(word, word, in_own=word) == word


def test_what_refers_to_a_copy_has_even_a_word_of_it() -> None:
    def block(name: str, *references: str) -> Json:
        return {"address": f"aws_x.{name}", "expressions": {"input": {"references": references}}}

    def entry(name: str, *, hides: bool = False) -> Json:
        values = {"input": "web", "output": ["web", 7391], "size": "web"}
        return change(after=values, hides_after={"input": hides}, address=f"aws_x.{name}")

    blocks = [block("a"), block("b", "aws_x.a.output", "aws_x.a"), block("c", "aws_x.b")]
    blocks[1]["expressions"]["size"] = {"constant_value": "web"}
    found, _ = redact(
        plan(
            *(entry("a", hides=True), *map(entry, "bcd")),
            configuration={"root_module": {"resources": [*blocks, block("d")]}},
        )
    )
    after = {it["address"]: shown(it["change"]["after"]) for it in found["resource_changes"]}
    hidden = "<sensitive: aws_x.a.input>"
    assert after["aws_x.a"] == {"input": hidden, "output": [hidden, 7391], "size": hidden}
    assert after["aws_x.b"] == {"input": hidden, "output": [hidden, 7391], "size": "web"}
    assert after["aws_x.c"] == after["aws_x.a"]
    assert after["aws_x.d"] == {"input": "web", "output": ["web", 7391], "size": "web"}


def test_a_parameter_that_is_no_secret_has_a_copy_on_purpose() -> None:
    arn = "arn:aws:ecr:eu-west-1:123456789012:repository/shop"
    parameter = resource({"value": arn, "insecure_value": arn}, {"value": True})
    shop = resource({"arn": arn}, address="aws_ecr_repository.shop")
    found, _ = redact(plan(planned_values=module(parameter, shop)))
    assert found["planned_values"]["root_module"]["resources"][1]["values"] == {"arn": arn}


def test_a_copy_of_a_name_makes_no_name_public() -> None:
    secret = "CANARY-of-a-name"
    one = resource({"name": secret, "id": secret}, {"name": True})
    other = resource({"name": secret}, address="aws_other.it")
    found, secrets = redact(plan(planned_values=module(one, other)))
    assert "CANARY" not in json.dumps(found) + secrets.scrub(secret)


def test_a_variable_may_be_in_any_resource() -> None:
    """As in the default tags of a provider."""
    variables = {
        "variables": {"v": {"value": "hunter2"}},
        "configuration": {"root_module": {"variables": {"v": {"sensitive": True}}}},
    }
    assert elsewhere("other", "hunter2", **variables) == "<sensitive: var.v>"


def test_an_argument_that_is_configured_is_no_copy() -> None:
    """Terraform marks it if it is made of the secret."""
    block = {"address": "aws_thing.it", "expressions": {"secret": {}, "copy": {}}}
    configuration = {"root_module": {"resources": [block]}}
    assert copied("hunter2", "hunter2", configuration=configuration) == "hunter2"


def test_what_is_moved_and_what_was_left_behind_keep_their_secrets() -> None:
    values = {"secret": "Zq7", "copy": "Zq7"}
    marks = {"secret": True}
    moved = change(values, values, hides_after=marks, previous_address="aws_thing.old")
    old = resource(values, address="aws_thing.old")
    left = resource({"secret": "Zq8", "copy": "Zq8"}, marks, deposed_key="ab12")
    found, _ = redact(plan(moved, prior_state={"values": module(old, left)}))
    assert "Zq" not in json.dumps(found)


def test_a_map_is_hidden_whole_where_it_is_copied() -> None:
    """As in the output of terraform_data: neither keys nor short values are told."""
    secret = {"alice": "a", "Zq7": [1, 2]}
    assert copied(secret, {"in": [secret]}) == {"in": [HIDDEN]}
    assert elsewhere(secret, [secret, "x"], in_own=secret) == [HIDDEN, "x"]
    assert elsewhere(secret, secret) == secret
    assert copied(["*"], ["*"]) == ["*"]


class Compared(dict[str, Any]):
    """A map that counts how often it is compared."""

    count = 0

    def __eq__(self, other: object) -> bool:
        Compared.count += 1
        return super().__eq__(other)


def test_the_maps_of_a_for_each_are_not_compared_one_by_one() -> None:
    """Also where each has had another key: there may be thousands."""
    maps = (Compared(key=f"Zq{number}", other="x") for number in range(30))
    changes = (
        change(
            after={"secret": secret, "copy": Compared(secret)},
            hides_after={"secret": True},
            address=f"aws_thing.it[{number}]",
            previous_address=f"aws_thing.it[{number + 30}]",
        )
        for number, secret in enumerate(maps)
    )
    found, _ = redact(plan(*changes))
    assert Compared.count == 0
    assert "Zq" not in json.dumps(found)


def test_a_list_of_things_of_any_form_is_hidden_whole() -> None:
    """Of blocks of AWS the form is known: of others, keys and number may be the secret."""
    things = [{"alice": "a", "bob": "b"}, {"alice": "c", "bob": "d"}]
    entry = change(after={"input": things}, hides_after={"input": True}, address="terraform_data.x")
    found, _ = redact(plan(entry))
    after = found["resource_changes"][0]["change"]["after"]
    assert shown(after) == {"input": "<sensitive: terraform_data.x.input>"}


PEM = """-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASC
Qw3+Zk9x
-----END PRIVATE KEY-----
"""


@pytest.mark.parametrize("line", ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "Qw3+Zk9x"])
def test_the_lines_of_a_key(line: str) -> None:
    assert line not in str(copied(PEM, f"  {line}"))
    assert line not in str(elsewhere(PEM, json.dumps({"key": f" {line}\n"})))


def test_the_lines_of_a_text_are_hidden_in_its_own_resource_only() -> None:
    script = "#!/bin/sh\ndocker push shop/web\nlogin hunter2\n"
    assert copied(script, "- docker push shop/web") == f"- {HIDDEN}"
    assert elsewhere(script, "- docker push shop/web") == "- docker push shop/web"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


WRITTEN: list[Callable[[str], str]] = [
    str,
    lambda it: f"https://user:{it}@host",
    lambda it: json.dumps({"a": it}),
    lambda it: json.dumps({"a": json.dumps({"b": it}, ensure_ascii=False)}),
    html.escape,
    quote,
    lambda it: re.sub("%..", lambda found: found[0].lower(), quote(it, safe="")),
    encoded,
    lambda it: encoded(it).rstrip("="),
    lambda it: encoded(f"a{it}b"),
    lambda it: encoded(f"ab{it}c"),
    lambda it: encoded(f"abc{it}"),
    lambda it: json.dumps({"user_data": encoded(f"#!/bin/sh\nlogin {it}\n")}),
    lambda it: base64.urlsafe_b64encode(f"x {it}?".encode()).decode(),
]


telling = st.text("aZ7 é\u00a0<>&\"'/\\%=+?\n", min_size=9, max_size=20).filter(
    lambda it: it == it.strip() and re.search("[^a-z ]", it) is not None
)


@given(telling, st.sampled_from(WRITTEN))
def test_what_is_written_in_another_way_is_hidden_everywhere(
    secret: str, written: Callable[[str], str]
) -> None:
    text = written(secret)
    left = re.sub("<sensitive[^>]*>", "", elsewhere(secret, text))
    assert text not in left
    assert secret not in left
    # Of base64, a character at each end may be of what is around it.
    middle = encoded(secret)[1:-4]
    assert middle not in left
