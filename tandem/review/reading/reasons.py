"""Why Terraform does something.

https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "replace_because_cannot_update": "it cannot be updated in place",
    "replace_because_tainted": "it is tainted: it was made in part only, or somebody marked it",
    "replace_by_request": "-replace asks for it",
    "replace_by_triggers": "its replace_triggered_by asks for it",
    "delete_because_no_resource_config": "its configuration is gone",
    "delete_because_wrong_repetition": "its configuration has or had count or for_each",
    "delete_because_count_index": "its index is beyond count",
    "delete_because_each_key": "its key is not in for_each",
    "delete_because_no_module": "the configuration of its module is gone",
    "delete_because_no_move_target": "it is moved to where nothing is configured",
}
"""Terraform's reasons in words: it may have others, of which nobody knows the words."""
