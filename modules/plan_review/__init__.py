"""Plans, where the code is: reviewed in pull requests, applied after the merge; what drifts."""

from modules.plan_review.applying import PlanApply
from modules.plan_review.drift import DriftReview
from modules.plan_review.github import GithubPlanRole
from modules.plan_review.pull_requests import PlanReview

__all__ = ["DriftReview", "GithubPlanRole", "PlanApply", "PlanReview"]
