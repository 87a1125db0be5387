"""Reviews of plans, made where the code is: in pull requests, and of what drifts."""

from modules.plan_review.drift import DriftReview
from modules.plan_review.github import GithubPlanRole
from modules.plan_review.pull_requests import PlanReview

__all__ = ["DriftReview", "GithubPlanRole", "PlanReview"]
