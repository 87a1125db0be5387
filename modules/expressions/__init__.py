"""Values and decisions that are Terraform's, so that a construct is written once for both.

In an exported module a setting is an expression, as in `var.build.vpc`, and what differs is decided
when Terraform plans. Constructs ask and choose with the functions here: with values that are known
they do what Python does, with expressions they write what Terraform will do.
"""

from modules.expressions.blocks import set_blocks
from modules.expressions.decisions import (
    choose,
    default,
    either,
    equal,
    every,
    given,
    negated,
    pick,
    true,
)
from modules.expressions.language import Block, Each, When, document, hcl
from modules.expressions.lists import each, joined_keys, plain, present, some, texts, where
from modules.expressions.values import (
    Condition,
    Decision,
    Entries,
    Number,
    Text,
    TextMap,
    Texts,
    flag,
)

__all__ = [
    "Block",
    "Condition",
    "Decision",
    "Each",
    "Entries",
    "Number",
    "Text",
    "TextMap",
    "Texts",
    "When",
    "choose",
    "default",
    "document",
    "each",
    "either",
    "equal",
    "every",
    "flag",
    "given",
    "hcl",
    "joined_keys",
    "negated",
    "pick",
    "plain",
    "present",
    "set_blocks",
    "some",
    "texts",
    "true",
    "where",
]
