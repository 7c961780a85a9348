"""Is the process alive, and is it ready for requests (seed 002 「データベース接続確認」「マイグレーション実行」)."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all; touches nothing."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and no migration is missing; else 503 with what is wrong."""
    try:
        missing = missing_migrations()
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "no answer"}, status=503)
    if missing:
        return JsonResponse({"status": "unavailable", "missing_migrations": missing}, status=503)
    return JsonResponse({"status": "ok"})


def missing_migrations() -> list[str]:
    """Migrations of the code that the database lacks, as `app.name`. Raises DatabaseError."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
