# The stages of the pipeline, its schedule, and what it is made of unless it shares.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "web"
  code = { codecommit = "web" }
}

run "defaults" {
  command = plan

  assert {
    condition     = [for stage in aws_codepipeline.this.stage : stage.name] == ["Source", "Build"]
    error_message = "Nothing is deployed, and nobody is asked."
  }

  assert {
    condition     = aws_codepipeline.this.execution_mode == "SUPERSEDED" && alltrue([for stage in aws_codepipeline.this.stage : length(stage.on_failure) == 0])
    error_message = "A waiting execution gives way to a newer one, and nothing is tried again."
  }

  assert {
    condition     = output.image.tag == "latest" && aws_ecr_repository.this[0].name == "web" && length(aws_ecr_repository.unprotected) == 0
    error_message = "A repository that is not destroyed by mistake."
  }

  assert {
    condition     = [for rule in jsondecode(aws_ecr_lifecycle_policy.this[0].policy).rules : rule.selection.countNumber] == [7, 30]
    error_message = "Untagged images are kept for 7 days, and the newest 30 of the others."
  }

  assert {
    condition     = aws_s3_bucket.artifacts[0].bucket == "web-artifacts-111122223333-eu-west-1"
    error_message = "The bucket has a name that no other account or region has."
  }

  assert {
    condition     = aws_s3_bucket_server_side_encryption_configuration.artifacts[0].rule[*].apply_server_side_encryption_by_default[0].sse_algorithm == tolist(["AES256"])
    error_message = "The bucket is encrypted, with the key of S3."
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.scheduled) + length(data.aws_ecs_service.deploy) == 0
    error_message = "What was not asked for does not exist."
  }

  assert {
    condition = {
      for each in aws_codebuild_project.this.environment[0].environment_variable : each.name => each.value if each.name != "REPOSITORY_URI"
    } == { IMAGE_TAG = "latest", CONTAINER_NAME = "web", DOCKERFILE = "Dockerfile", BUILD_CONTEXT = "." }
    error_message = "The buildspec gets what it needs."
  }

  assert {
    condition     = aws_codebuild_project.this.environment[0].privileged_mode && aws_codebuild_project.this.environment[0].type == "LINUX_CONTAINER"
    error_message = "The buildspec runs docker."
  }
}

run "approval_and_deployment" {
  command = plan

  variables {
    approval = { sns_topic = "arn:aws:sns:eu-west-1:111122223333:releases", message = "Is it $${good}?" }
    deploy   = { ecs = { cluster = "prod", service = "web-service", container = "server", timeout_minutes = 15 } }
    mode     = "queued"
    retry    = "failed_actions"
    schedule = "rate(7 days)"
  }

  assert {
    condition     = [for stage in aws_codepipeline.this.stage : stage.name] == ["Source", "Build", "Approval", "Deploy"]
    error_message = "A person is asked before the deployment."
  }

  assert {
    condition = aws_codepipeline.this.stage[2].action[0].configuration == tomap({
      NotificationArn = "arn:aws:sns:eu-west-1:111122223333:releases"
      CustomData      = "Is it $${good}?"
    })
    error_message = "The person is told what was said."
  }

  assert {
    condition = aws_codepipeline.this.stage[3].action[0].provider == "ECS" && aws_codepipeline.this.stage[3].action[0].configuration == tomap({
      ClusterName       = "prod"
      ServiceName       = "web-service"
      FileName          = "imagedefinitions.json"
      DeploymentTimeout = "15"
    }) && aws_codepipeline.this.stage[3].action[0].input_artifacts == tolist(["BuildArtifact"])
    error_message = "The service gets what was built."
  }

  assert {
    condition     = one([for each in aws_codebuild_project.this.environment[0].environment_variable : each.value if each.name == "CONTAINER_NAME"]) == "server"
    error_message = "imagedefinitions.json names the container of the task definition."
  }

  assert {
    condition     = data.aws_ecs_service.deploy[0].service_name == "web-service" && data.aws_ecs_service.deploy[0].cluster_arn == "arn:aws:ecs:eu-west-1:111122223333:cluster/prod"
    error_message = "The roles of the task are read from the running service."
  }

  assert {
    condition     = [for stage in aws_codepipeline.this.stage : length(stage.on_failure)] == [0, 1, 0, 1] && aws_codepipeline.this.stage[1].on_failure[0].retry_configuration[0].retry_mode == "FAILED_ACTIONS"
    error_message = "AWS retries neither sources nor approvals."
  }

  assert {
    condition     = aws_codepipeline.this.execution_mode == "QUEUED"
    error_message = "The mode is AWS's word for it."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.scheduled[0].schedule_expression == "rate(7 days)" && length(aws_cloudwatch_event_target.scheduled[0].input_transformer) == 0
    error_message = "At these times the newest of everything is built."
  }
}

run "approval_without_more_ado" {
  command = plan

  variables {
    approval = {}
    deploy   = { ecs = { cluster = "prod", service = "web", container = "web", task_roles = [] } }
  }

  assert {
    condition     = aws_codepipeline.this.stage[2].action[0].configuration == null || length(aws_codepipeline.this.stage[2].action[0].configuration) == 0
    error_message = "Nothing empty is sent to AWS."
  }

  assert {
    condition     = length(data.aws_ecs_service.deploy) + length(data.aws_ecs_task_definition.deploy) == 0
    error_message = "With task_roles nothing needs to be running yet."
  }
}

run "approval_of_nothing" {
  command = plan

  variables {
    approval = {}
  }

  expect_failures = [aws_codepipeline.this]
}

run "service_without_roles" {
  command = plan

  variables {
    deploy = { ecs = { cluster = "prod", service = "web", container = "web" } }
  }

  override_data {
    target = data.aws_ecs_task_definition.deploy
    values = { execution_role_arn = "", task_role_arn = "" }
  }

  expect_failures = [data.aws_ecs_task_definition.deploy]
}
