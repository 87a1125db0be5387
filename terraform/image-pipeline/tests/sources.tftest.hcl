# What starts the pipeline, and what it fetches then.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name       = "web"
  connection = "arn:aws:codeconnections:eu-west-1:111122223333:connection/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
}

run "codecommit" {
  command = plan

  variables {
    code = { codecommit = "web-source", branch = "release" }
  }

  assert {
    condition = aws_codepipeline.this.stage[0].action[0].provider == "CodeCommit" && aws_codepipeline.this.stage[0].action[0].configuration == tomap({
      RepositoryName       = "web-source"
      BranchName           = "release"
      PollForSourceChanges = "false"
      OutputArtifactFormat = "CODE_ZIP"
    })
    error_message = "A zip of the branch, and no polling beside the rule."
  }

  assert {
    condition     = output.role_names.start == ["web-source-committed-start"]
    error_message = "The role with which commits start the pipeline can be found."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.committed[0].event_pattern) == {
      account     = ["111122223333"]
      source      = ["aws.codecommit"]
      detail-type = ["CodeCommit Repository State Change"]
      resources   = ["arn:aws:codecommit:eu-west-1:111122223333:web-source"]
      detail = {
        event         = ["referenceCreated", "referenceUpdated"]
        referenceType = ["branch"]
        referenceName = ["release"]
      }
    }
    error_message = "Commits to this branch of this repository, and no others, start the pipeline."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_target.committed[0].input_transformer[0].input_template) == {
      sourceRevisions = [{ actionName = "Source", revisionType = "COMMIT_ID", revisionValue = "<revision>" }]
    } && aws_cloudwatch_event_target.committed[0].input_transformer[0].input_paths == tomap({ revision = "$.detail.commitId" })
    error_message = "The pipeline builds the commit of the event, not the newest one."
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.uploaded) + length(aws_codepipeline.this.trigger) == 0
    error_message = "One trigger is enough."
  }
}

run "s3" {
  command = plan

  variables {
    code = { s3 = "acme-sources", key = "shop/web.zip" }
  }

  assert {
    condition = aws_codepipeline.this.stage[0].action[0].provider == "S3" && aws_codepipeline.this.stage[0].action[0].configuration == tomap({
      S3Bucket             = "acme-sources"
      S3ObjectKey          = "shop/web.zip"
      PollForSourceChanges = "false"
    })
    error_message = "This object, and no polling beside the rule."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.uploaded[0].event_pattern) == {
      account     = ["111122223333"]
      source      = ["aws.s3"]
      detail-type = ["Object Created"]
      detail      = { bucket = { name = ["acme-sources"] }, object = { key = ["shop/web.zip"] } }
    }
    error_message = "Uploads of this object, and no others, start the pipeline."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_target.uploaded[0].input_transformer[0].input_template) == {
      sourceRevisions = [{ actionName = "Source", revisionType = "S3_OBJECT_VERSION_ID", revisionValue = "<revision>" }]
    }
    error_message = "The pipeline builds the version of the event, not the newest one."
  }

  assert {
    condition = jsondecode(aws_codepipeline.this.stage[1].action[0].configuration.EnvironmentVariables) == [
      { name = "COMMIT_ID", value = "#{Source.VersionId}", type = "PLAINTEXT" }
    ]
    error_message = "What has no commit is named after its version."
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.committed) == 0
    error_message = "Nothing is committed to a bucket."
  }
}

run "connection" {
  command = plan

  variables {
    code = { connection = var.connection, repository = "acme/web", full_clone = true }
  }

  assert {
    condition = aws_codepipeline.this.stage[0].action[0].provider == "CodeStarSourceConnection" && aws_codepipeline.this.stage[0].action[0].configuration == tomap({
      ConnectionArn        = var.connection
      FullRepositoryId     = "acme/web"
      BranchName           = "main"
      OutputArtifactFormat = "CODEBUILD_CLONE_REF"
      DetectChanges        = "true"
    })
    error_message = "A clone of the branch, of which the connection tells the pipeline by itself."
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.committed) + length(aws_cloudwatch_event_rule.uploaded) + length(aws_codepipeline.this.trigger) == 0
    error_message = "A connection needs no rule, and without filters no trigger."
  }
}

run "connection_with_paths" {
  command = plan

  variables {
    code = {
      connection = var.connection
      repository = "acme/web"
      branch     = "release"
      filters    = { paths = { include = ["src/**"], exclude = ["src/docs/**"] } }
    }
  }

  assert {
    condition     = aws_codepipeline.this.stage[0].action[0].configuration.DetectChanges == "false"
    error_message = "Without this the pipeline starts on every push, whatever the filters say."
  }

  assert {
    condition = (
      length(aws_codepipeline.this.trigger) == 1 &&
      aws_codepipeline.this.trigger[0].git_configuration[0].source_action_name == "Source" &&
      aws_codepipeline.this.trigger[0].git_configuration[0].push[0].file_paths[0].includes == tolist(["src/**"]) &&
      aws_codepipeline.this.trigger[0].git_configuration[0].push[0].file_paths[0].excludes == tolist(["src/docs/**"]) &&
      aws_codepipeline.this.trigger[0].git_configuration[0].push[0].branches[0].includes == tolist(["release"]) &&
      length(aws_codepipeline.this.trigger[0].git_configuration[0].push[0].tags) == 0
    )
    error_message = "Paths alone would be those of every branch."
  }
}

run "connection_with_tags" {
  command = plan

  variables {
    code = { connection = var.connection, repository = "acme/web", filters = { tags = { include = ["v*"] } } }
  }

  assert {
    condition = (
      aws_codepipeline.this.trigger[0].git_configuration[0].push[0].tags[0].includes == tolist(["v*"]) &&
      length(aws_codepipeline.this.trigger[0].git_configuration[0].push[0].branches) == 0
    )
    error_message = "AWS rejects a branch beside tags."
  }
}
