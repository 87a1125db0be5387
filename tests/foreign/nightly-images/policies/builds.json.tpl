{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": ["codebuild:BatchGet*", "codebuild:Get*", "codebuild:List*", "codebuild:StartBuild", "codebuild:StopBuild"], "Resource": "*"}
  ]
}
