"""What is lost with a resource that is destroyed, by its type.

Of every type the documents of its provider say what is deleted with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Loss:
    """What is lost with a resource that is destroyed."""

    what: str
    """A sentence."""
    unless: str = ""
    """The argument without which AWS refuses while something is inside."""
    worth: int = 9
    """How bad that is, 0-9."""


_IMAGES = "All images in it are deleted: what runs one of them cannot pull it again."
_OBJECTS = "All objects in it are deleted, with all their versions."
_DATABASE = "All data in it is deleted, with its automated backups."
_LOST: Mapping[str, Loss] = {
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-delete.html
    "aws_ecr_repository": Loss(_IMAGES, "force_delete"),
    "aws_ecrpublic_repository": Loss(_IMAGES, "force_destroy"),
    "aws_s3_bucket": Loss(_OBJECTS, "force_destroy"),
    "aws_s3_object": Loss("The object is deleted."),
    "aws_codepipeline": Loss("The history of its runs is lost.", worth=5),
    # https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-delete-repository.html
    "aws_codecommit_repository": Loss("The repository is deleted, with all commits in it."),
    "aws_codestarconnections_connection": Loss(
        "A new connection is pending until somebody consents to it in the console of AWS."
    ),
    "aws_codeconnections_connection": Loss(
        "A new connection is pending until somebody consents to it in the console of AWS."
    ),
    "aws_cloudwatch_log_group": Loss("All logs in it are deleted.", worth=3),
    # https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
    "aws_kms_key": Loss("When it is deleted, nothing that it encrypted can be read again."),
    "aws_secretsmanager_secret": Loss("Its value is deleted when its recovery window ends."),
    "aws_ssm_parameter": Loss("Its value is deleted, with its history.", worth=5),
    "aws_sqs_queue": Loss("All messages in it are deleted.", worth=4),
    "aws_dynamodb_table": Loss("All items in it are deleted."),
    "aws_db_instance": Loss(_DATABASE),
    "aws_rds_cluster": Loss(_DATABASE),
    "aws_docdb_cluster": Loss(_DATABASE),
    "aws_neptune_cluster": Loss(_DATABASE),
    "aws_redshift_cluster": Loss(_DATABASE),
    "aws_elasticache_cluster": Loss("Everything in it is lost."),
    "aws_elasticache_replication_group": Loss("Everything in it is lost."),
    "aws_opensearch_domain": Loss(_DATABASE),
    "aws_efs_file_system": Loss("All files in it are deleted."),
    "aws_fsx_lustre_file_system": Loss("All files in it are deleted."),
    "aws_ebs_volume": Loss("All data on it is deleted."),
    "aws_ebs_snapshot": Loss("The snapshot is deleted."),
    "aws_instance": Loss("What is on its own disks is lost."),
    "aws_kinesis_stream": Loss("All records in it are deleted."),
    "aws_backup_vault": Loss("All recovery points in it are deleted.", "force_destroy"),
    "aws_cognito_user_pool": Loss("All users in it are deleted."),
    "aws_athena_workgroup": Loss("Its saved queries and its history are deleted."),
    "aws_codeartifact_repository": Loss("All packages in it are deleted."),
    "aws_codeartifact_domain": Loss("All packages in it are deleted."),
    "aws_route53_zone": Loss(
        "A new zone has other name servers: its domain must be delegated anew."
    ),
    "aws_eip": Loss("The address is given back: another one comes for it."),
    "aws_iam_access_key": Loss("What signs in with it is locked out."),
    "tls_private_key": Loss("The key is lost: another one comes for it."),
    "random_password": Loss("The value is lost: another one comes for it."),
    "random_id": Loss("The value is lost: another one comes for it."),
    "aws_db_snapshot": Loss("The snapshot is deleted."),
    "aws_db_cluster_snapshot": Loss("The snapshot is deleted."),
    "aws_msk_cluster": Loss("All topics in it are deleted, with their messages."),
    "aws_mq_broker": Loss("All queues and topics in it are deleted, with their messages."),
    "aws_s3_bucket_object": Loss("The object is deleted."),
}
_SEEMS = re.compile(
    "(?:^|_)(?:backup|bucket|cache|database|datastore|db|dbs|disk|efs|file_?system|keyspace|mongo"
    "|mysql|postgres(?:ql)?|redis|registry|snapshot|spanner|sql|storage|stream|table|tables"
    "|vault|volume|warehouse)(?:_|$)"
)
_ABOUT = re.compile(
    "_(?:acl|alarm|alias|association|attachment|block|configuration|controls?|delivery_stream"
    "|endpoint|grant|group|iam_[a-z_]+|logging|metric|notification|permission|policy|proxy|role"
    "|route_table|rules?|subscription|target|user|versioning)$"
)
"""The ends of types that are about something, and keep nothing."""


_HARMLESS = re.compile(
    "aws_(?:api_?gateway|appautoscaling|autoscaling|cloudwatch|code|ecs_|eventbridge|iam_|internet_"
    "|kms_(?:alias|grant)|lambda_|launch_|lb|nat_|network_|route|s3_bucket_|scheduler|security_group"
    "|ses_|sfn_|sns_|sqs_|subnet|vpc|wafv2_)|(?:local|null|random|terraform|time)_"
)
"""The beginnings of types that keep nothing but their configuration."""


def is_known_to_keep_nothing(type: str) -> bool:
    """Whether nothing is lost with a resource that its configuration does not bring back."""
    return loss_of(type) is None and bool(_HARMLESS.match(type) or _ABOUT.search(type))


def loss_of(type: str) -> Loss | None:
    """What is lost with a resource; None: nothing that anybody knows of."""
    if found := _LOST.get(type):
        return found
    if type.startswith("aws_s3_bucket_") or _ABOUT.search(type) or not _SEEMS.search(type):
        return None
    return Loss(f"By its type it keeps data, which goes with it: look up what {type} holds.")
