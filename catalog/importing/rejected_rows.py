"""The refused rows of a run, stored for good."""

from catalog.importing.models import ImportFile, ImportRun
from catalog.importing.rejected_csv import Rejected
from catalog.importing.staging import execute, is_postgres

APPEND = {
    True: "UPDATE catalog_importfile SET rejected = rejected || %s WHERE run_id = %s AND tenant_id = %s",
    False: "UPDATE catalog_importfile SET rejected = CAST(rejected || %s AS blob) WHERE run_id = %s AND tenant_id = %s",
}


def keep_rejected(run: ImportRun, rejected: Rejected) -> None:
    """Store them in the place of those that the run had. Piece by piece, since a file of twenty megabytes in one
    statement needs ten times as much memory on its way."""
    ImportFile.objects.filter(run=run).update(rejected=b"")
    rejected.close()
    for piece in rejected.pieces():
        execute(APPEND[is_postgres()], [piece, run.pk, run.tenant_id])
