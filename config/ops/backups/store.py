"""The copy off the platform: a bucket of any S3-compatible storage. What was sent is read back and compared."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.env.ops import Store
from config.ops.backups.errors import BackupError
from config.ops.backups.file.archive import PIECE
from config.ops.backups.file.names import Named, parsed

CONNECT_SECONDS = 10
READ_SECONDS = 60
MULTIPART_FROM = 64 << 20
WRONG_KEY = frozenset({"SignatureDoesNotMatch", "InvalidAccessKeyId", "AccessDenied", "403", "Forbidden"})
NOT_THERE = frozenset({"NoSuchKey", "404", "NotFound"})


class Bucket:
    """One bucket, and in it one folder (BACKUP_S3_PREFIX). Every method raises BackupError with one clear line."""

    def __init__(self, store: Store, *, connect: float = CONNECT_SECONDS, read: float = READ_SECONDS) -> None:
        self.store = store
        self.connect, self.read = connect, read
        self._made: Any = None

    @property
    def label(self) -> str:
        """Where it is, without keys."""
        return f"{self.store.bucket} at {self.store.endpoint or 'the provider'}"

    @property
    def _client(self) -> Any:
        if self._made is None:
            import boto3
            from botocore.config import Config

            config = Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=self.connect,
                read_timeout=self.read,
                retries={"mode": "standard", "total_max_attempts": 3},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            )
            self._made = boto3.client(
                "s3",
                endpoint_url=self.store.endpoint or None,
                region_name=self.store.region,
                config=config,
                aws_access_key_id=self.store.key_id,
                aws_secret_access_key=self.store.secret,
            )
        return self._made

    def _key(self, name: str) -> str:
        return f"{self.store.prefix}/{name}" if self.store.prefix else name

    @contextmanager
    def _said_clearly(self, name: str = "") -> Iterator[None]:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
        from botocore.exceptions import ConnectionError as NoConnection

        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            raise BackupError(f"{self.label}: {_meaning(code, name)}") from None
        except (HTTPClientError, NoConnection) as error:
            raise BackupError(f"{self.label}: does not answer ({type(error).__name__}). BACKUP_S3_ENDPOINT?") from None
        except (BotoCoreError, Boto3Error) as error:
            raise BackupError(f"{self.label}: {type(error).__name__}") from None

    def put(self, path: Path, name: str, **facts: str) -> None:
        """Copy a file there, read it back and compare. `facts` are kept beside it."""
        from boto3.s3.transfer import TransferConfig

        config = TransferConfig(multipart_threshold=MULTIPART_FROM, multipart_chunksize=16 << 20, use_threads=False)
        with self._said_clearly(name), path.open("rb") as file:
            self._client.upload_fileobj(
                file, self.store.bucket, self._key(name), ExtraArgs={"Metadata": facts}, Config=config
            )
        with path.open("rb") as file:
            sent = hashlib.file_digest(file, "sha256")
        if self._sha256(name) != sent.hexdigest():
            raise BackupError(f"{self.label}: {name} is not what was sent (sha256 differs)")

    def _sha256(self, name: str) -> str:
        digest = hashlib.sha256()
        with self._said_clearly(name):
            body = self._client.get_object(Bucket=self.store.bucket, Key=self._key(name))["Body"]
            for piece in body.iter_chunks(PIECE):
                digest.update(piece)
        return digest.hexdigest()

    def fetch(self, name: str, path: Path) -> None:
        """Copy an object into a new file."""
        with self._said_clearly(name), path.open("xb") as file:
            self._client.download_fileobj(self.store.bucket, self._key(name), file)

    def metadata_of(self, name: str) -> dict[str, str]:
        """What was kept beside it; HTTP leaves the case of names open."""
        with self._said_clearly(name):
            found = self._client.head_object(Bucket=self.store.bucket, Key=self._key(name))
        return {str(fact).lower(): str(value) for fact, value in found.get("Metadata", {}).items()}

    def backups(self, *, site: str) -> list[Named]:
        """Backups of one site in the bucket; other objects there are left out."""
        found = (parsed(name, size, site=site) for name, size in self.names())
        return [backup for backup in found if backup is not None]

    def names(self, below: str = "") -> Iterator[tuple[str, int]]:
        """Name and size of each object, without the prefix."""
        start = self._key(below)
        with self._said_clearly():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.store.bucket, Prefix=start):
                for row in page.get("Contents", []):
                    yield row["Key"].removeprefix(self._key("")), int(row["Size"])

    def remove(self, name: str) -> None:
        with self._said_clearly(name):
            self._client.delete_object(Bucket=self.store.bucket, Key=self._key(name))

    def put_text(self, name: str, text: str) -> None:
        with self._said_clearly(name):
            self._client.put_object(Bucket=self.store.bucket, Key=self._key(name), Body=text.encode())

    def text(self, name: str) -> str:
        with self._said_clearly(name):
            body = self._client.get_object(Bucket=self.store.bucket, Key=self._key(name))["Body"]
            return str(body.read(1 << 20).decode("utf-8", "replace"))


def _meaning(code: str, name: str) -> str:
    if code in WRONG_KEY:
        return "refuses the key (BACKUP_S3_ACCESS_KEY_ID, BACKUP_S3_SECRET_ACCESS_KEY, or the key may not do this)"
    if code == "NoSuchBucket" or (code in NOT_THERE and not name):
        return "there is no such bucket (BACKUP_S3_BUCKET)"
    if code in NOT_THERE:
        return f"{name} is not there"
    return f"answers {code or 'an error'}"
