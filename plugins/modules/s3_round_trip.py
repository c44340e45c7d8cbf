#!/usr/bin/python
# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: s3_round_trip
short_description: Prove that a bucket is fit for Mastodon's media
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Writes one small object with the application's own key, reads it as a stranger, tries to list the bucket as a
    stranger, reads it as a page of another origin, and deletes it again. Fails with every step that did not go as it
    must, each with what was expected, what came, and the cure.
  - Can make the bucket, and set a policy (C(s3:GetObject) for everyone, nothing else) and a CORS rule on it.
    Statements and rules of others are left alone, and nothing is written that is true already.
  - The key is read from a Secret of the cluster and never shown.
  - A store inside the cluster, such as C(http://s3.storage.svc:7070), is reached through the Kubernetes API when its
    name does not resolve where the module runs; that needs the right to C(create) C(pods/portforward).
options:
  endpoint:
    description: Base address of the store's API, with scheme, such as V(https://s3.example.org).
    type: str
    required: true
  region:
    description: Region that requests are signed for. Most stores but AWS take any.
    type: str
    default: us-east-1
  bucket:
    description: Name of the bucket.
    type: str
    required: true
  path_style:
    description: Whether the bucket is part of the path of requests to O(endpoint), rather than of the host name.
    type: bool
    default: true
  namespace:
    description: Namespace of O(credentials_secret).
    type: str
    required: true
  credentials_secret:
    description: The Secret that holds the application's key.
    type: dict
    required: true
    suboptions:
      name:
        description: Name of the Secret.
        type: str
        required: true
      access_key_id_key:
        description: The entry of the Secret that holds the access key ID.
        type: str
        default: AWS_ACCESS_KEY_ID
      secret_access_key_key:
        description: The entry of the Secret that holds the secret access key.
        type: str
        default: AWS_SECRET_ACCESS_KEY
  permission:
    description: The ACL that the application sends with each object (C(S3_PERMISSION)); empty sends none.
    type: str
    default: ""
  key_prefix:
    description: Prefix of all the application's objects (C(S3_KEY_PREFIX)).
    type: str
  media_url:
    description:
      - Where browsers and other servers read objects, without the object's key, such as V(https://files.example.org).
      - When not set, the bucket's own address at O(endpoint).
    type: str
  origin:
    description: The page that embeds the media, such as V(https://social.example.org).
    type: str
    required: true
  require_cors:
    description: Whether a read from O(origin) must be allowed by C(Access-Control-Allow-Origin).
    type: bool
    default: true
  cors_origins:
    description:
      - The origins that the CORS rule allows, if one is set; web clients on other domains read media too.
    type: list
    elements: str
    default: ["*"]
  create:
    description: Whether to make the bucket if it does not exist.
    type: bool
    default: false
  configure:
    description:
      - When to set the read policy and the CORS rule where they are missing.
      - V(created) does so only on a bucket that this module makes, V(always) on an existing one too.
      - While it makes one, the ConfigMap C(mastodon-bucket-unfinished) in O(namespace) says so. A run that is killed in
        between is resumed by the next.
    type: str
    choices: [created, always, never]
    default: created
  resolve:
    description:
      - Addresses for names that do not resolve, or resolve to something else, where the module runs.
      - Each is C(host:port:address), as curl's option of that name takes them.
    type: list
    elements: str
    default: []
  ca_path:
    description: File with further certificate authorities to trust, in PEM form.
    type: path
  timeout:
    description: Seconds to wait for a connection and for each answer.
    type: int
    default: 10
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - fediverse.mastodon.attributes
attributes:
  action_group:
    support: full
  check_mode:
    support: full
    details: Tells what would be made or set. The round trip itself is left out, because it writes an object.
  diff_mode:
    support: full
  idempotent:
    support: full
    details: The object is always written and deleted; that leaves nothing behind and does not count as a change.
"""

EXAMPLES = r"""
- name: Prove that the bucket is fit for media
  fediverse.mastodon.s3_round_trip:
    endpoint: https://s3.example.org
    bucket: social-media
    namespace: mastodon
    credentials_secret:
      name: mastodon-s3
    media_url: https://files.example.org
    origin: https://social.example.org

- name: Make a bucket in the cluster's own store
  fediverse.mastodon.s3_round_trip:
    endpoint: http://s3.storage.svc:7070
    bucket: social-media
    create: true
    namespace: mastodon
    credentials_secret:
      name: mastodon-s3
    origin: https://social.example.org
"""

RETURN = r"""
steps:
  description: What was proven, in order; empty in check mode.
  returned: success
  type: list
  elements: dict
  sample:
    - step: anonymous read at the media address
      expected: 200 and the object
      got: "200"
media_url:
  description: Where strangers read objects, without the key.
  returned: success
  type: str
  sample: https://files.example.org
"""

import secrets
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import AUTH_ARGS, connect, run
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._proof import Request, prove


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **AUTH_ARGS,
            "endpoint": {"type": "str", "required": True},
            "region": {"type": "str", "default": "us-east-1"},
            "bucket": {"type": "str", "required": True},
            "path_style": {"type": "bool", "default": True},
            "namespace": {"type": "str", "required": True},
            "credentials_secret": {
                "type": "dict",
                "required": True,
                "no_log": False,
                "options": {
                    "name": {"type": "str", "required": True},
                    "access_key_id_key": {"type": "str", "default": "AWS_ACCESS_KEY_ID", "no_log": False},
                    "secret_access_key_key": {"type": "str", "default": "AWS_SECRET_ACCESS_KEY", "no_log": False},
                },
            },
            "permission": {"type": "str", "default": ""},
            "key_prefix": {"type": "str", "no_log": False},
            "media_url": {"type": "str"},
            "origin": {"type": "str", "required": True},
            "require_cors": {"type": "bool", "default": True},
            "cors_origins": {"type": "list", "elements": "str", "default": ["*"]},
            "create": {"type": "bool", "default": False},
            "configure": {"type": "str", "choices": ["created", "always", "never"], "default": "created"},
            "resolve": {"type": "list", "elements": "str", "default": []},
            "ca_path": {"type": "path"},
            "timeout": {"type": "int", "default": 10},
        },
        supports_check_mode=True,
    )
    asked = {name: module.params[name] for name in Request.names()}

    def work() -> dict[str, Any]:
        request = Request(**asked, token=secrets.token_hex(8))
        return prove(connect(module.params), request, module.no_log_values.add, check_mode=module.check_mode)

    run(module, work)


if __name__ == "__main__":
    main()
