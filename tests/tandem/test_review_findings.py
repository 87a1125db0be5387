"""Which findings are new."""

from tandem.deployment.symbols import symbol
from tandem.findings import Finding
from tandem.review.findings.findings import compared

PIPELINE = "aws_codepipeline.web"


def finding(
    cause: str, *, address: str = PIPELINE, check: str = "image-source-unwatched"
) -> Finding:
    return Finding(address, check, cause, "mend it")


def new(before: list[Finding], after: list[Finding]) -> list[str]:
    return [it.finding.cause for it in compared(before, after, "trace") if it.new]


def test_what_was_found_before_is_not_new() -> None:
    before = [finding("a"), finding("gone")]
    assert new(before, [finding("a"), finding("b")]) == ["b"]
    assert len(compared(before, [finding("a"), finding("b")], "trace")) == 2


def test_the_same_at_another_address_or_by_another_check_is_new() -> None:
    known = finding("a")
    for other in (
        finding("a", address="aws_codepipeline.api"),
        finding("a", check="rule-disabled"),
    ):
        assert new([known], [other]) == ["a"]


def test_a_text_of_which_a_part_is_not_known_yet_may_be_the_one_before() -> None:
    unknown = finding(f"no rule hears of {symbol('aws_ecr_repository.base.name')}:latest")
    shown = "no rule hears of <aws_ecr_repository.base.name>:latest"
    assert new([finding("no rule hears of shop/base:latest")], [unknown]) == []
    assert new([finding("no rule hears of shop/base:stable")], [unknown]) == [shown]


def test_one_finding_before_makes_only_one_known() -> None:
    """Though both could be it."""
    two = [finding(symbol("one")), finding(symbol("other"))]
    assert new([finding("a")], two) == ["<other>"]
    assert new([finding("a")], [finding("a"), two[0]]) == ["<one>"]


def test_a_finding_is_readable_and_has_its_page() -> None:
    address = f"module.web[{symbol('key')}].aws_codepipeline.web"
    found = compared([], [finding("a", address=address)], "trace")
    assert found[0].finding.address == "module.web[<key>].aws_codepipeline.web"
    assert found[0].source == "trace"
    assert found[0].page.startswith("https://docs.aws.amazon.com/")
    found = compared([], [finding("a", check="permission-missing")], "access")
    assert found[0].page.startswith("https://docs.aws.amazon.com/IAM/")


def test_a_role_that_stays_as_it_is_becomes_no_wider_by_an_image_more() -> None:
    def wide(on: str) -> Finding:
        return finding(f"may push to {on}", address="aws_iam_role.run", check="permission-too-wide")

    before, after = [wide("web")], [wide("api, web")]
    assert [it.new for it in compared(before, after, "access")] == [True]
    steady = {"aws_iam_role.run"}
    assert [it.new for it in compared(before, after, "access", steady=steady)] == [False]
    assert [it.new for it in compared([], after, "access", steady=steady)] == [True]
    missing = finding("b", address="aws_iam_role.run", check="permission-missing")
    known = finding("a", address="aws_iam_role.run", check="permission-missing")
    assert [it.new for it in compared([known], [missing], "access", steady=steady)] == [True]


def test_what_is_shown_as_unknown_may_be_what_was_there() -> None:
    """The findings of permissions are for people already."""
    before = [finding("may not read arn:aws:s3:::shop", check="permission-missing")]
    after = [finding("may not read <aws_s3_bucket.shop.arn>", check="permission-missing")]
    assert new(before, after) == []


def test_what_is_there_already_was_not_made_too_early() -> None:
    """A state says nothing of order, so that nothing was found before."""
    early = finding("it may be made before its policy", check="policy-after-use")
    assert [it.new for it in compared([], [early], "trace", there={PIPELINE})] == [False]
    assert [it.new for it in compared([], [early], "trace", there={"other"})] == [True]
    other = finding("x")
    assert [it.new for it in compared([], [other], "trace", there={PIPELINE})] == [True]
