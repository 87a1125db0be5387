"""What is no plan as Terraform writes one is said in one line, without a value of it."""

import pytest

from tandem.deployment import InputError
from tandem.review.reading.file import as_terraform_writes


@pytest.mark.parametrize(
    "error",
    [AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError, ZeroDivisionError],
)
def test_what_python_says_of_a_value_is_not_shown(error: type[Exception]) -> None:
    with pytest.raises(InputError) as found, as_terraform_writes():
        raise error("CANARY")
    assert str(found.value) == f"is not as Terraform writes a plan ({error.__name__})"
    assert found.value.__suppress_context__


def test_what_is_nested_too_deep_is_said() -> None:
    with pytest.raises(InputError) as found, as_terraform_writes():
        raise RecursionError
    assert str(found.value) == "is nested too deep; plan it anew"
