"""All that make sample plans, by the first word of the plans' names."""

from __future__ import annotations

from review_plans.exported import Exported
from review_plans.foreign import Foreign
from review_plans.ours import Shop
from review_plans.secret import Secrets
from review_plans.team import Team

MAKERS: dict[str, type] = {
    "ours": Shop,
    "exported": Exported,
    "foreign": Foreign,
    "secrets": Secrets,
    "team": Team,
}
