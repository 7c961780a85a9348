"""Putting a dump into a database: all of it in one transaction, or nothing."""

import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from config.env import for_child
from config.ops.backups.databases import Postgres
from config.ops.backups.errors import BackupError, Damaged
from config.ops.backups.file.manifest import Manifest
from config.ops.backups.programs import Programs, complaint, programs_for

TRANSACTION_TIMEOUT = b"SET transaction_timeout = 0;\n"
"""Which pg_restore 17 and newer write, and servers before 17 refuse."""

BEGIN = b"""\\set ON_ERROR_STOP on
BEGIN;
SET LOCAL lock_timeout = '20s';
SET LOCAL client_min_messages = error;
"""

EMPTY = b"""
DO $nitsys$
DECLARE one text; all_of_them text[];
BEGIN
  SELECT array_agg(format('%s IF EXISTS public.%I', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
      WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, c.relname) ORDER BY c.relkind = 'S')
    INTO all_of_them FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e');
  FOREACH one IN ARRAY coalesce(all_of_them, '{}') LOOP EXECUTE format('DROP %s CASCADE', one); END LOOP;
  SELECT array_agg('ROUTINE IF EXISTS ' || p.oid::regprocedure) INTO all_of_them FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e');
  FOREACH one IN ARRAY coalesce(all_of_them, '{}') LOOP EXECUTE format('DROP %s CASCADE', one); END LOOP;
  SELECT array_agg('TYPE IF EXISTS ' || t.oid::regtype) INTO all_of_them FROM pg_type t
    WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd') AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e');
  FOREACH one IN ARRAY coalesce(all_of_them, '{}') LOOP EXECUTE format('DROP %s CASCADE', one); END LOOP;
END $nitsys$;
"""
"""Everything of ours goes, and in the same transaction comes back. Extensions stay: they may be the provider's."""

READY = b"\nSET maintenance_work_mem = '128MB';\n"
COMMIT = b"\nCOMMIT;\n"


def programs_that_read(manifest: Manifest, server_major: int) -> Programs:
    """Raises BackupError for a dump that this server or the programs here cannot take."""
    if server_major < manifest.server_major:
        raise BackupError(
            f"the backup is of PostgreSQL {manifest.server_major}, this server is {server_major}: "
            "restore into a server that is not older"
        )
    return programs_for(max(manifest.dumped_by, server_major))


def check_listing(programs: Programs, dump: Path) -> None:
    """Raises Damaged when pg_restore cannot read what is in the dump."""
    done = subprocess.run(  # noqa: S603
        [programs.path("pg_restore"), "--list", dump], capture_output=True, check=False
    )
    if done.returncode != 0 or b"TABLE DATA" not in done.stdout:
        raise Damaged(f"{dump.name}: pg_restore cannot read it")


def load(dump: Path, target: Postgres, programs: Programs, *, server_major: int, last: bytes = b"") -> None:
    """Replace all that is in `target` by the dump, then do `last`. Raises BackupError; then the target is as it was.

    COMMIT is sent only after pg_restore ended well: a stream that breaks off is rolled back by the server.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as said_too:
        psql = subprocess.Popen(  # noqa: S603
            [programs.path("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"],
            env=for_child(**target.environment()),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        source = subprocess.Popen(  # noqa: S603
            [programs.path("pg_restore"), "--no-owner", "--no-privileges", "--file=-", dump],
            stdout=subprocess.PIPE,
            stderr=said_too,
        )
        try:
            is_whole = _feed(psql, source, server_major, last + COMMIT)
        finally:
            for process in (source, psql):
                if process.poll() is None:
                    process.kill()
                    process.wait()
        if psql.returncode != 0:
            raise BackupError(f"{target.label}: nothing was changed: {complaint(said, 'psql')}")
        if not is_whole:
            raise Damaged(f"{target.label}: nothing was changed: {complaint(said_too, 'pg_restore')}")


def _feed(psql: "subprocess.Popen[bytes]", source: "subprocess.Popen[bytes]", server_major: int, end: bytes) -> bool:
    """Whether the dump was read to its end, and so committed."""
    assert psql.stdin is not None  # noqa: S101
    assert source.stdout is not None  # noqa: S101
    is_whole = False
    with suppress(BrokenPipeError):  # psql met an error and says so itself
        psql.stdin.write(BEGIN + EMPTY + READY)
        _pump(source.stdout, psql.stdin, server_major)
        is_whole = source.wait() == 0
        if is_whole:
            psql.stdin.write(end)
    with suppress(BrokenPipeError):
        psql.stdin.close()
    source.stdout.close()
    psql.wait()
    source.wait()
    return is_whole


def _pump(source: IO[bytes], target: IO[bytes], server_major: int) -> None:
    head = source.read(1 << 14)
    target.write(head.replace(TRANSACTION_TIMEOUT, b"") if server_major < 17 else head)
    shutil.copyfileobj(source, target, 1 << 20)
