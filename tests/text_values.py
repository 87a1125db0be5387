"""Texts that each rule takes, and texts that it refuses."""

ACCOUNT = "111122223333"
REGION = "us-east-1"
UUID = "01234567-89ab-cdef-0123-456789abcdef"
HEX = "0123456789abcdef0"

GOOD_AND_BAD: dict[str, tuple[list[str], list[str]]] = {
    "ProjectName": (
        ["shop", "my-shop2", "a1"],
        ["a", "Shop", "2shop", "my--shop", "shop-", "s" * 21, "sthree-x", "amzn-s3-demo-x", "sh_p"],
    ),
    "ModuleName": (
        ["shop", "my-shop2", "a1", "s" * 40],
        ["a", "Shop", "2shop", "my--shop", "shop-", "s" * 41, "sthree-x", "amzn-s3-demo-x"],
    ),
    "EnvironmentName": (["prod", "2", "eu-1"], ["", "Prod", "-prod", "prod-", "p" * 21]),
    "ImageName": (["web", "web-2"], ["", "Web", "2web", "web_2", "web--2", "-web", "web-"]),
    "ImageTag": (
        ["latest", "_1", "v1.2-rc_3", "a" * 128],
        ["", ".a", "-a", "a b", "a/b", "a:b", "a" * 129],
    ),
    "EcrRepositoryName": (
        ["ab", "shop/web", "shop/web__2", "a.b-c_d/e", "a" * 256],
        [
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web",
            "a",
            "Shop",
            "/web",
            "web/",
            "shop//web",
            "a--b",
            "a..b",
            "a___b",
            "-ab",
            "a" * 257,
        ],
    ),
    "CodeCommitRepositoryName": (
        ["web", "Web_2.x", "w" * 100],
        ["", "a/b", "a b", "web.git", ".git", "w" * 101],
    ),
    "FullRepositoryId": (
        ["acme/web", "group/sub/web", "Acme.Inc/web_2"],
        ["", "web", "/web", "acme/", "acme//web", "acme/w b"],
    ),
    "Branch": (
        ["main", "release/1.x", "feature/a-b_c", "b" * 256],
        [
            *["", "/main", "main/", "a..b", "a//b", "a b", "re*", "a~b", "a^b", "a:b", "a?b"],
            *["a[b]", "a\\b", "a.lock", "b" * 257, "a\vb"],
        ],
    ),
    "Pattern": (["release/*", "docker/**", "v?"], ["", "a b", "p" * 256]),
    "BucketName": (
        ["abc", "my.bucket-2", "b" * 63],
        ["ab", "Abc", "-abc", "abc-", "a_b", "b" * 64],
    ),
    "ObjectKey": (["k", "a b/ü.zip", "k" * 1024], ["", "k" * 1025]),
    "ConnectionArn": (
        [
            f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/{UUID}",
            f"arn:aws-us-gov:codestar-connections:us-gov-west-1:{ACCOUNT}:connection/{UUID}",
        ],
        [
            f"arn:aws:codecommit:{REGION}:{ACCOUNT}:connection/{UUID}",
            f"arn:aws:codeconnections:{REGION}:1234:connection/{UUID}",
            f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:host/{UUID}",
            UUID,
        ],
    ),
    "KeyArn": (
        [f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{UUID}", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/mrk-1"],
        [f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/shop", UUID, "alias/shop"],
    ),
    "TopicArn": (
        [f"arn:aws:sns:{REGION}:{ACCOUNT}:releases"],
        [f"arn:aws:sqs:{REGION}:{ACCOUNT}:releases", "releases"],
    ),
    "SecretId": (
        ["npm", "shop/npm:token", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:npm-a1B2c3:k"],
        ["", " ", "*", "shop/*", "npm?", "a b", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/npm"],
    ),
    "ParameterName": (
        ["npm", "/shop/npm", "p" * 1011, f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/npm"],
        ["", "*", "/shop/*", "a b", "${x}", "p" * 1012],
    ),
    "BuildImage": (
        [
            "aws/codebuild/standard:7.0",
            "node:20",
            f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/a/b:1",
            "i" * 1024,
        ],
        ["", " ", f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/*", "a b", "i" * 1025],
    ),
    "RoleArn": (
        [f"arn:aws:iam::{ACCOUNT}:role/path/web-task"],
        [f"arn:aws:iam::{ACCOUNT}:user/mary", f"arn:aws:iam:{REGION}:{ACCOUNT}:role/x", "web-task"],
    ),
    "PolicyArn": (
        [f"arn:aws:iam::{ACCOUNT}:policy/boundary", "arn:aws:iam::aws:policy/PowerUserAccess"],
        [f"arn:aws:iam::{ACCOUNT}:role/boundary", "boundary"],
    ),
    "AccountId": ([ACCOUNT], ["1234", "1" * 13, "11112222333a", "\u0661" * 12]),
    "Region": (
        ["us-east-1", "ap-southeast-2", "us-gov-west-1", "us-isob-east-1"],
        ["", "Ireland", "us-east", "us-east-1a", "useast1"],
    ),
    "VpcId": (["vpc-0123abcd", f"vpc-{HEX}"], ["vpc-1", "subnet-0123abcd", "vpc-0123abcg"]),
    "SubnetId": (["subnet-0123abcd", f"subnet-{HEX}"], ["subnet-1", "vpc-0123abcd"]),
    "SecurityGroupId": (["sg-0123abcd", f"sg-{HEX}"], ["sg-1", "web"]),
    "VariableName": (["A", "_a1", "NODE_ENV"], ["", "1A", "A-B", "A B", "É"]),
    "RelativePath": (
        ["Dockerfile", "docker/web.Dockerfile", ".", "a..b/c", "p" * 512],
        ["", "/etc", "..", "../x", "a/../b", "a/..", "a\nb", "p" * 513],
    ),
    "NonEmpty": (["x", " x ", "a\nb"], ["", " ", "\n\t", "\v"]),
    "Schedule": (
        [
            "rate(1 day)",
            "rate(2 days)",
            "rate(12 hours)",
            "cron(0 6 ? * MON *)",
            "cron(0 6 1 * ? *)",
        ],
        [
            "",
            "1 day",
            "rate(1 days)",
            "rate(2 day)",
            "rate(0 days)",
            "rate(01 days)",
            "rate(1 week)",
            "cron(0 6 * *)",
            "cron(0 6 ? * MON * *)",
        ],
    ),
}
