"""With what somebody gets further rights than those that a policy names.

https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/
"""

from __future__ import annotations

from functools import lru_cache

from tandem.review.permissions.patterns import apart

_ACTIONS = (
    "eks:associateaccesspolicy",
    "eks:createaccessentry",
    "eks:updateaccessentry",
    "iam:addclientidtoopenidconnectprovider",
    "iam:addusertogroup",
    "iam:attachgrouppolicy",
    "iam:attachrolepolicy",
    "iam:attachuserpolicy",
    "iam:createaccesskey",
    "iam:createloginprofile",
    "iam:createpolicyversion",
    "iam:createservicespecificcredential",
    "iam:deletegrouppolicy",
    "iam:deleterolepermissionsboundary",
    "iam:deleterolepolicy",
    "iam:deleteuserpermissionsboundary",
    "iam:deleteuserpolicy",
    "iam:detachgrouppolicy",
    "iam:detachrolepolicy",
    "iam:detachuserpolicy",
    "iam:passrole",
    "iam:putgrouppolicy",
    "iam:putrolepermissionsboundary",
    "iam:putrolepolicy",
    "iam:putuserpermissionsboundary",
    "iam:putuserpolicy",
    "iam:removeuserfromgroup",
    "iam:resetservicespecificcredential",
    "iam:setdefaultpolicyversion",
    "iam:updateaccesskey",
    "iam:updateassumerolepolicy",
    "iam:updateloginprofile",
    "iam:updateopenidconnectproviderthumbprint",
    "iam:updatesamlprovider",
    "iam:updateservicespecificcredential",
    "iam:updatesigningcertificate",
    "iam:updatesshpublickey",
    "iam:uploadsigningcertificate",
    "iam:uploadsshpublickey",
    "identitystore:creategroupmembership",
    "lakeformation:batchgrantpermissions",
    "lakeformation:grantpermissions",
    "lakeformation:putdatalakesettings",
    "ram:associateresourceshare",
    "ram:createresourceshare",
    "rolesanywhere:createtrustanchor",
    "rolesanywhere:enabletrustanchor",
    "rolesanywhere:updatetrustanchor",
    "sso:attachcustomermanagedpolicyreferencetopermissionset",
    "sso:attachmanagedpolicytopermissionset",
    "sso:createaccountassignment",
    "sso:deleteinlinepolicyfrompermissionset",
    "sso:deletepermissionsboundaryfrompermissionset",
    "sso:detachcustomermanagedpolicyreferencefrompermissionset",
    "sso:detachmanagedpolicyfrompermissionset",
    "sso:putinlinepolicytopermissionset",
    "sso:putpermissionsboundarytopermissionset",
    "sts:assumerole",
    "sts:assumeroot",
)
"""By which somebody may give rights or credentials, or take away what denies."""


@lru_cache(maxsize=4096)
def escalates(action: str) -> bool:
    """Whether an action, or one that a pattern in lower case covers, leads to further rights."""
    return any(not apart(action, it) for it in _ACTIONS)
