provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "second"
  region = "us-east-1"
}
