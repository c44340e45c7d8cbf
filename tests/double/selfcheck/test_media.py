"""Uploads really reach the storage (mastodon.md 5.6)."""

from __future__ import annotations

import base64
import json

import pytest
from cluster import RAILS, S3, Pod

pytestmark = pytest.mark.cluster

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
BUCKET = f"""
import boto3, json, sys
client = boto3.client("s3", endpoint_url="{S3["S3_ENDPOINT"]}", region_name="us-east-1")
if sys.argv[1] == "make":
    client.create_bucket(Bucket="{S3["S3_BUCKET"]}")
elif sys.argv[1] == "get":
    print(client.get_object(Bucket="{S3["S3_BUCKET"]}", Key=sys.argv[2])["Body"].read().hex())
else:
    found = client.list_objects_v2(Bucket="{S3["S3_BUCKET"]}").get("Contents", [])
    for each in found:
        client.delete_object(Bucket="{S3["S3_BUCKET"]}", Key=each["Key"])
    client.delete_bucket(Bucket="{S3["S3_BUCKET"]}")
"""


@pytest.fixture(scope="module")
def bucket(web):
    def python(*arguments):
        return web.run("python3", "-", *arguments, given=BUCKET)

    made = python("make")
    assert made.code == 0, made.err
    yield python
    python("remove")


def upload(pod, token, kind="image/png"):
    pod.run("sh", "-c", "base64 -d > /tmp/pixel.png", given=PIXEL)
    return pod.get("/api/v2/media", "-H", f"Authorization: Bearer {token}", "-F", f"file=@/tmp/pixel.png;type={kind}")


def test_an_upload_is_in_the_bucket_and_its_url_on_the_alias_host(web, token, bucket):
    answer = upload(web, token)
    assert answer.status == 200, answer.body
    assert answer.json["url"].startswith("https://files.example.org/media_attachments/files/")
    key = answer.json["url"].removeprefix("https://files.example.org/")
    assert bytes.fromhex(bucket("get", key).out) == base64.b64decode(PIXEL)
    assert (
        web.get(f"/api/v1/media/{answer.json['id']}", "-X", "DELETE", "-H", f"Authorization: Bearer {token}").status
        == 200
    )
    assert "NoSuchKey" in bucket("get", key).err


def test_uploads_need_a_token_and_a_medium(web, token):
    assert upload(web, "wrong").status == 401
    assert upload(web, token, "text/plain").status == 422


def test_without_s3_files_go_to_public_system(prepared, token):
    pod = Pod("files", ("bundle", "exec", "puma", "-C", "config/puma.rb"), RAILS, http=(3000, "/health"))
    manifest = pod.manifest()
    volumes = manifest["spec"]["volumes"]
    volumes.append({"name": "system", "emptyDir": {}})
    manifest["spec"]["containers"][0]["volumeMounts"].append(
        {"name": "system", "mountPath": "/opt/mastodon/public/system"}
    )
    pod.manifest = lambda: json.loads(json.dumps(manifest))
    pod.start()
    url = upload(pod, token).json["url"]
    assert url.startswith("https://social.example.org/system/media_attachments/files/")
    served = pod.get(url.removeprefix("https://social.example.org"))
    assert served.headers["cache-control"] == "public, max-age=2419200, immutable"
    assert served.headers["content-security-policy"] == "default-src 'none'; form-action 'none'"
    pod.delete()


def test_read_only_media_without_a_volume_is_an_error(prepared, token):
    pod = Pod("no-volume", ("bundle", "exec", "puma", "-C", "config/puma.rb"), RAILS, http=(3000, "/health")).start()
    assert upload(pod, token).status == 500
    pod.delete()
