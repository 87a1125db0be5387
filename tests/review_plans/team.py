"""Plans of Terraform that is not ours: what else Terraform can do with a resource."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path

from review_plans.workshop import Files, Plan, Workshop, changed, tree

_FOLDER = Path(__file__).parent / "team"


class Team:
    """A root module with a module in it, applied once."""

    def __init__(self, workshop: Workshop, scratch: Path) -> None:  # noqa: ARG002 - as Shop
        self._workshop = workshop

    @cached_property
    def files(self) -> Files:
        return tree(_FOLDER)

    @cached_property
    def state(self) -> str:
        return self._workshop.apply(self.files)

    def create(self) -> Plan:
        return self._workshop.plan(self.files)

    def no_change(self) -> Plan:
        return self._plan({})

    def moved(self) -> Plan:
        """Of a name, of a key and of a module; two of them change as well."""
        return self._plan(
            {
                "aws_s3_bucket.reports": "aws_s3_bucket.documents",
                '"aws_s3_bucket" "reports"': '"aws_s3_bucket" "documents"',
                'team = "platform"': 'team = "documents"',
                'module "alerts"': 'module "alarms"',
                "module.alerts.": "module.alarms.",
                '"cron"]': '"nightly"]',
                'name = "team/${each.key}"': 'name = "team/${each.key == "api" ? "api" : "cron"}"',
            },
            moved(
                ("aws_s3_bucket.reports", "aws_s3_bucket.documents"),
                ("module.alerts", "module.alarms"),
                ('aws_ecr_repository.image["cron"]', 'aws_ecr_repository.image["nightly"]'),
            ),
        )

    def renamed(self) -> Plan:
        """The same without a word: all of it is made anew."""
        return self._plan(
            {
                "aws_s3_bucket.reports": "aws_s3_bucket.documents",
                '"aws_s3_bucket" "reports"': '"aws_s3_bucket" "documents"',
                'module "alerts"': 'module "alarms"',
                "module.alerts.": "module.alarms.",
                '"cron"]': '"nightly"]',
            }
        )

    def imported(self) -> Plan:
        """What somebody made by hand; one of them is changed on the way."""
        self._workshop.emulator.client("ecr").create_repository(repositoryName="team/old")
        logs = self._workshop.emulator.client("logs")
        logs.create_log_group(logGroupName="/team/old")
        return self._plan(
            {},
            """
            import {
              to = aws_ecr_repository.old
              id = "team/old"
            }
            resource "aws_ecr_repository" "old" {
              name = "team/old"
            }
            import {
              to = aws_cloudwatch_log_group.old
              id = "/team/old"
            }
            resource "aws_cloudwatch_log_group" "old" {
              name              = "/team/old"
              retention_in_days = 7
            }
            """,
        )

    def forgotten(self) -> Plan:
        """Terraform lets go of it: it stays at AWS."""
        files = changed(
            self.files,
            {
                'resource "aws_s3_bucket" "reports" {\n  bucket': "locals {\n  bucket",
                "  tags   = { team": "  labels = { team",
                "${aws_s3_bucket.reports.arn}": "arn:aws:s3:::${local.bucket}",
            },
        )
        removed = """
            removed {
              from = aws_s3_bucket.reports
              lifecycle {
                destroy = false
              }
            }
            """
        return self._workshop.plan({**files, "more.tf": removed}, state=self.state)

    def deposed(self) -> Plan:
        """A replacement failed half-way: what it replaced is still there."""
        state = json.loads(self.state)
        (group,) = [it for it in state["resources"] if it["type"] == "aws_cloudwatch_log_group"]
        (current,) = group["instances"]
        group["instances"].append({**current, "deposed": "0a1b2c3d"})
        return self._workshop.plan(self.files, state=json.dumps(state))

    def replaced(self) -> Plan:
        """One is destroyed first, one is created first."""
        return self._plan(
            {'"/team/api"': '"/team/web"', '"team-reports"': '"team-papers"'},
        )

    def read_on_apply(self) -> Plan:
        """What a policy allows is not known yet: its data source waits for a new repository."""
        return self._plan({'["api", "cron"]': '["api", "cron", "mail"]'})

    def policy_changed(self) -> Plan:
        """In a data source: more actions, on everything; and less."""
        return self._plan(
            {
                '"ecr:PutImage"]': '"ecr:*"]',
                "[for repository in aws_ecr_repository.image : repository.arn]": '["*"]',
                '["s3:GetObject"]': '["s3:ListBucket"]',
            }
        )

    def outputs(self) -> Plan:
        return self._plan(
            {'output "stage" {\n  value = var.stage': 'output "stage" {\n  value = 1'}
        )

    def checks(self) -> Plan:
        """One passes, one fails, one is not known before the apply."""
        return self._plan(
            {},
            """
            check "stage" {
              assert {
                condition     = var.stage == "production"
                error_message = "The stage is not production."
              }
            }
            check "images" {
              assert {
                condition     = length(var.images) > 2
                error_message = "There are ${length(var.images)} images only."
              }
            }
            check "later" {
              assert {
                condition     = terraform_data.later.output != ""
                error_message = "Nothing came of it."
              }
            }
            resource "terraform_data" "later" {
              input = "x"
            }
            """,
        )

    def errored(self) -> Plan:
        """A part is planned, and a part is refused."""
        return self._plan(
            {"retention_in_days = 30": "retention_in_days = 7"},
            """
            resource "terraform_data" "refused" {
              lifecycle {
                precondition {
                  condition     = var.stage != "production"
                  error_message = "Not in production."
                }
              }
            }
            """,
            fails=True,
        )

    def destroyed(self) -> Plan:
        return self._plan({}, options=("-destroy",))

    def _plan(
        self,
        replaced: dict[str, str],
        more: str = "",
        *,
        options: tuple[str, ...] = (),
        fails: bool = False,
    ) -> Plan:
        files = {**changed(self.files, replaced), "more.tf": more}
        return self._workshop.plan(files, *options, state=self.state, fails=fails)


def moved(*pairs: tuple[str, str]) -> str:
    """The blocks that say it."""
    return "\n".join(f"moved {{\n  from = {old}\n  to   = {new}\n}}" for old, new in pairs)
