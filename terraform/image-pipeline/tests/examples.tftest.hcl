# The first plan of each example: nothing exists, and a base is known by its name only.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "simple" {
  command = plan

  module {
    source = "./examples/simple"
  }
}

run "base_and_app" {
  command = plan

  module {
    source = "./examples/base-and-app"
  }

  variables {
    connection = "arn:aws:codeconnections:eu-west-1:111122223333:connection/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
  }

  assert {
    condition     = output.pipelines == ["shop-base", "shop-web"]
    error_message = "Both pipelines are planned at once."
  }
}

run "fan_out" {
  command = plan

  module {
    source = "./examples/fan-out"
  }

  assert {
    condition     = output.pipelines == ["shop-cart", "shop-checkout", "shop-search"]
    error_message = "Each application has a pipeline, although its base does not exist yet."
  }
}

run "several_bases" {
  command = plan

  module {
    source = "./examples/several-bases"
  }

  assert {
    condition     = output.image.repository == "shop/reports"
    error_message = "The image is that of the existing repository."
  }
}
