# What a pipeline uses may be made in the same configuration: a first plan knows none of the ARNs.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "nothing_exists" {
  command = plan

  module {
    source = "./tests/first-plan"
  }

  assert {
    condition     = output.pipeline == "web"
    error_message = "The pipeline is planned beside what it uses."
  }
}
