"""Buildspecs for tests: of a base, of an app, and of any commands."""

BASE_BUILDSPEC = """\
version: 0.2
phases:
  build:
    commands:
      - docker build --tag "$REPOSITORY_URI:latest" .
      - docker push "$REPOSITORY_URI:latest"
"""
APP_BUILDSPEC = """\
version: 0.2
phases:
  build:
    commands:
      - docker build --build-arg BASE_IMAGE --tag "$REPOSITORY_URI:latest" .
      - docker push "$REPOSITORY_URI:latest"
      - >-
        printf '[{"name":"%s","imageUri":"%s"}]' app "$REPOSITORY_URI:latest"
        > imagedefinitions.json
artifacts:
  files: [imagedefinitions.json]
"""


def buildspec(*commands: str, files: str = "[imagedefinitions.json]") -> str:
    lines = [f"      - {command}\n" for command in commands]
    return (
        f"version: 0.2\nphases:\n  build:\n    commands:\n{''.join(lines)}"
        f"artifacts:\n  files: {files}\n"
    )


BUILD = 'docker build --build-arg BASE_IMAGE --tag "$REPOSITORY_URI:latest" .'
PUSH = 'docker push "$REPOSITORY_URI:latest"'
WRITE = "echo > imagedefinitions.json"
