"""Where media goes (mastodon.md 5.6; mastodon: config/initializers/paperclip.rb)."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CACHE_CONTROL = "public, max-age=315576000, immutable"
DEFAULT_MULTIPART_THRESHOLD = 15 * 1024 * 1024


def key_of(media_id: int, style: str, filename: str) -> str:
    """Paperclip's path: the id in groups of three digits."""
    digits = f"{media_id:018d}" if media_id > 999_999_999 else f"{media_id:09d}"
    partition = "/".join(digits[index : index + 3] for index in range(0, len(digits), 3))
    return f"media_attachments/files/{partition}/{style}/{filename}"


@dataclass(frozen=True)
class FileStorage:
    """PAPERCLIP_ROOT_PATH, served by the web process itself under PAPERCLIP_ROOT_URL."""

    root: Path
    root_url: str

    def url(self, key: str) -> str:
        return f"{self.root_url}/{key}"  # completed with the asset host by whoever shows it

    def put(self, key: str, source: Path, _content_type: str) -> None:
        target = self.root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)

    def delete(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)


@dataclass(frozen=True)
class S3Storage:
    """What boto3 is asked for; `options` are put_object's (ACL absent where S3_PERMISSION is empty)."""

    bucket: str | None
    prefix: str
    base_url: str
    client: Mapping[str, Any]
    path_style: bool
    open_timeout: int
    read_timeout: int
    retries: int
    multipart_threshold: int
    options: Mapping[str, str] = field(default_factory=dict)

    def url(self, key: str) -> str:
        return f"{self.base_url}/{self.prefix}{key}"

    def put(self, key: str, source: Path, content_type: str) -> None:
        from boto3.s3.transfer import TransferConfig

        self._client().upload_file(
            str(source),
            self.bucket,
            self.prefix + key,
            ExtraArgs={**self.options, "ContentType": content_type},
            Config=TransferConfig(multipart_threshold=self.multipart_threshold, use_threads=False),
        )

    def delete(self, key: str) -> None:
        self._client().delete_object(Bucket=self.bucket, Key=self.prefix + key)

    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        config = Config(
            signature_version="s3v4",
            connect_timeout=self.open_timeout,
            read_timeout=self.read_timeout,
            retries={"total_max_attempts": self.retries + 1},
            s3={"addressing_style": "path" if self.path_style else "virtual"},
        )
        return boto3.session.Session().client("s3", config=config, **self.client)


def storage_from(env: Mapping[str, str], root: Path) -> FileStorage | S3Storage:
    if env.get("S3_ENABLED") != "true":
        path = env.get("PAPERCLIP_ROOT_PATH", str(root / "public" / "system"))
        return FileStorage(Path(path.replace(":rails_root", str(root))), env.get("PAPERCLIP_ROOT_URL", "/system"))
    region, endpoint = env.get("S3_REGION", "us-east-1"), env.get("S3_ENDPOINT")
    permission = env.get("S3_PERMISSION", "public-read")
    options = {"CacheControl": CACHE_CONTROL}
    if permission:  # present but empty: send no ACL
        options["ACL"] = permission
    if "S3_STORAGE_CLASS" in env:
        options["StorageClass"] = env["S3_STORAGE_CLASS"]
    return S3Storage(
        bucket=env.get("S3_BUCKET"),
        prefix=f"{env['S3_KEY_PREFIX']}/" if "S3_KEY_PREFIX" in env else "",
        base_url=_public_url(env, region),
        client={
            "region_name": region,
            "endpoint_url": endpoint,
            "aws_access_key_id": env.get("AWS_ACCESS_KEY_ID"),
            "aws_secret_access_key": env.get("AWS_SECRET_ACCESS_KEY"),
        },
        path_style=endpoint is not None and env.get("S3_OVERRIDE_PATH_STYLE") != "true",
        open_timeout=int(env.get("S3_OPEN_TIMEOUT", "5")),
        read_timeout=int(env.get("S3_READ_TIMEOUT", "5")),
        retries=int(env.get("S3_RETRY_LIMIT", "0")),
        multipart_threshold=int(env.get("S3_MULTIPART_THRESHOLD", DEFAULT_MULTIPART_THRESHOLD)),
        options=options,
    )


def _public_url(env: Mapping[str, str], region: str) -> str:
    """With an alias host the bucket is not in the URL; otherwise host/bucket."""
    protocol = env.get("S3_PROTOCOL", "https")
    alias = env.get("S3_ALIAS_HOST", env.get("S3_CLOUDFRONT_HOST"))
    if alias is not None:
        return f"{protocol}://{alias}"
    return f"{protocol}://{env.get('S3_HOSTNAME', f's3-{region}.amazonaws.com')}/{env.get('S3_BUCKET')}"
