"""Which test modules are run on SQLite too.

The whole suite is run on PostgreSQL, which every site is on that takes entries. SQLite is what `make run` starts with:
what a database can change is tried on both. Each module of tests stands in one of the two tables, with what it asks or
why it need not be asked twice; `tests/test_databases.py` holds them to what there is. On SQLite, tests of these modules
that ask no database are left to the run on PostgreSQL.
"""

from collections.abc import Iterable
from pathlib import Path

TESTS = Path(__file__).parent

NEEDS_POSTGRESQL = ("browser/", "concurrency/", "test_access.py", "test_access_committed.py")
"""Several processes at once, and what is tried where the second wall stands behind the first: never on SQLite."""

ON_BOTH = {
    "which database it is, and its settings": ["test_database.py", "test_migrated.py", "config/runtime/test_databases.py"],
    "`make run`": ["config/runtime/test_serve.py"],
    "seeds": ["config/demo/test_seed_dev.py", "config/demo/test_seed_staging_min.py", "catalog/test_shoe_seed.py"],
    "imports, which insert, update and compare in bulk": [
        "catalog/importing/test_csv_apply.py", "catalog/importing/test_sqlite_import.py", "catalog/test_import_way.py", "catalog/test_product_grid.py",
        "catalog/test_product_grid_bounds.py",
        "entries/roster/test_import.py", "entries/roster/test_one_name.py", "entries/roster/test_import_grid.py",
        "entries/entry/test_upload.py", "entries/entry/test_upload_grid.py",
        "tenants/test_excel_errors.py", "entries/entry/test_paste.py", "entries/entry/test_messy_workbook.py", "entries/entry/test_same_everywhere.py",
    ],
    "places: one statement on PostgreSQL, the same steps one by one on SQLite": [
        "entries/entry/test_places.py", "entries/entry/test_deadline.py", "entries/entry/test_sheet.py",
        "entries/entry/test_recent_meet.py", "entries/entry/test_sheet_others.py", "entries/entry/test_add_place.py",
        "entries/entry/test_desk.py", "entries/entry/test_written_rows.py",
        "entries/entry/test_receipt_changes.py", "entries/entry/test_kept_sheet.py",
    ],
    "conditions over rows, counted by a query": [
        "entries/heat/test_seed_heats.py", "entries/heat/test_board.py", "entries/heat/test_bibs.py",
        "entries/heat/test_own_numbers.py", "entries/heat/test_start_list.py",
        "entries/news/test_start_lists.py", "entries/heat/test_publication.py", "entries/heat/test_timetable.py",
        "entries/heat/test_programme_warnings.py", "entries/heat/test_recut.py",
        "entries/report/test_starts_file.py", "entries/heat/test_what_if.py",
        "entries/entry/test_rules.py", "entries/entry/test_rules_limits.py", "entries/meet/test_states.py",
        "entries/meet/test_copy.py", "entries/meet/test_competitions.py", "entries/meet/test_elite_races.py", "catalog/test_shoe_limits.py",
    ],
    "orders, prefixes, capitals and collations": [
        "catalog/test_references.py", "catalog/test_shoe_search.py", "entries/roster/test_athletes.py", "entries/roster/test_bounds.py",
        "entries/news/test_entry_list.py", "entries/news/test_notices.py", "entries/news/test_public_pages.py",
        "entries/archive/test_order_of_output.py", "tenants/test_searched.py",
    ],
    "constraints, triggers and upserts": [
        "catalog/test_keys.py", "catalog/test_tally.py", "catalog/test_overrides.py", "tenants/test_staff_limit.py",
        "tenants/signin/test_limits.py", "tenants/signin/test_links.py", "entries/entry/test_draft.py",
        "tenants/test_slots.py",
        "tenants/test_switches.py", "tenants/test_upkeep.py", "config/telemetry/test_timing.py",
    ],
    "queues, which skip locked rows where there are locks": ["tenants/outbox/test_delivery.py", "tenants/test_jobs.py"],
    "the walls between hosts, which close the query": ["tenants/test_prepared.py", "tenants/test_rows.py",
        "tenants/test_scope.py", "tenants/test_scope_holes.py"],
    "a public page's connection": ["tenants/test_public_reads.py"],
    "what is deleted and in which order": [
        "entries/archive/test_erasing.py", "entries/archive/test_purging.py", "entries/archive/test_exporting.py",
        "entries/archive/test_retention_days.py", "entries/archive/test_who_is_meant.py",
    ],
    "how a database is backed up, restored, checked and asked whether it is ready": [
        "config/ops/backups/test_backup_take.py", "config/ops/backups/test_backup_restore.py",
        "config/ops/backups/test_backup_verify.py", "config/ops/test_check_env_data.py", "config/http/test_health.py",
        "config/ops/test_preflight.py",
    ],
}  # fmt: skip

LEFT_OUT = {
    "what a page shows and who may see it; its queries are those of modules above": [
        "catalog/test_desk_product.py", "catalog/test_draft_pages.py", "catalog/test_import_pages.py",
        "catalog/test_search_page.py", "config/test_admin.py", "config/test_admin_lists.py", "config/test_desk_words.py",
        "config/ops/backups/test_backup_page.py", "config/http/test_exposed.py",
        "config/telemetry/test_monitoring_page.py", "config/ops/test_status.py",
        "entries/archive/test_privacy_pages.py", "entries/entry/test_unprinted_names.py", "entries/entry/test_receipt.py", "entries/entry/test_sheet_shoes.py",
        "entries/meet/test_standing.py", "entries/news/test_context.py", "entries/roster/test_names_in_english.py",
        "entries/roster/test_members.py", "entries/roster/test_registration.py",
        "entries/roster/test_teams.py", "tenants/test_incident_guide.py", "tenants/test_paused_functions.py", "tenants/test_trail.py",
        "test_english.py", "test_styleguide.py",
    ],
    "a page of the desk; the desk saves through actions, whatever the database": [
        "catalog/test_draft_admin.py", "catalog/test_product_admin.py", "catalog/test_shoe_admin.py",
        "entries/archive/test_archive_desk.py", "entries/archive/test_person_desk.py",
        "entries/meet/test_meet_checks.py", "entries/news/test_preview.py",
        "entries/meet/test_meet_admin.py", "entries/meet/test_race_admin.py", "entries/meet/test_race_course.py",
        "entries/meet/test_race_grid.py", "entries/meet/test_race_names.py",
        "entries/news/test_notice_admin.py", "entries/news/test_meet_notices.py",
        "tenants/outbox/test_mail_admin.py", "tenants/test_incident_contacts.py",
        "tenants/test_people_admin.py", "tenants/test_switch_desk.py",
    ],
    "signing in; the limits and links below it are among the modules above": [
        "tenants/signin/test_mailed_links.py", "tenants/signin/test_sessions.py", "tenants/signin/test_sign_in.py",
        "config/http/test_sent_again.py", "config/http/test_sent_again_everywhere.py",
    ],
    "nonsense from outside, refused before it comes to a query": ["entries/entry/test_sheet_fuzz.py"],
    "what a mail says, and what becomes of it at a provider": [
        "entries/entry/test_mails.py", "tenants/outbox/test_suppression.py", "tenants/outbox/test_letters.py",
        "tenants/outbox/test_undeliverable.py", "tenants/outbox/test_outage.py", "tenants/outbox/test_providers.py",
        "tenants/outbox/test_smtp.py", "tenants/outbox/test_webhooks.py", "tenants/outbox/test_send_test_mail.py",
    ],
    "a service for texts and what is asked of it": ["catalog/test_draft_actions.py", "catalog/test_draft_prompt.py"],
    "a site closed or paused, before any query": [
        "config/http/test_maintenance.py", "tenants/test_maintenance_command.py", "config/http/test_read_only.py",
        "entries/entry/test_pause.py", "entries/entry/test_pause_command.py",
    ],
    "what is said about the site, in logs, marks, lists and reports, for those who run one on PostgreSQL": [
        "config/telemetry/sentry/test_sentry.py", "config/telemetry/sentry/test_sentry_outside.py",
        "config/telemetry/sentry/test_sentry_unguarded.py", "config/ops/test_alarms.py",
        "config/ops/backups/test_backup_faults.py", "config/http/test_errors.py",
        "config/telemetry/test_monitoring_faults.py", "config/ops/test_loadtest_rules.py",
        "config/telemetry/test_logs.py", "config/ops/test_meet_lines.py", "config/telemetry/test_metrics.py",
        "config/ops/test_p0.py", "config/ops/test_p0_runbook.py", "config/ops/test_performance_report.py",
        "config/ops/test_pre_meet_check.py", "config/telemetry/test_security_log.py", "config/ops/test_smoke.py",
        "config/ops/test_smoke_again.py",
        "config/ops/test_weekly_backups.py", "config/ops/test_weekly_check.py", "config/ops/test_weekly_machine.py",
        "config/runtime/test_worker.py", "tenants/test_incidents.py",
    ],
    "commands over actions that are tried above": [
        "entries/archive/test_retention.py", "tenants/test_create_platform_admin.py",
    ],
    "what the models are, whatever is in their tables": ["entries/records/test_coverage.py", "test_bounds.py"],
    "plans of PostgreSQL": ["catalog/test_search_index.py"],
    "connections to a server": ["config/runtime/test_connection.py"],
    "asks no database, but for a document's sake": [
        "catalog/importing/test_csv_reading.py", "catalog/test_draft_checks.py", "catalog/test_draft_service.py",
        "catalog/test_shoe_verdict.py", "config/telemetry/sentry/test_sentry_delivery.py",
        "config/http/test_addresses.py", "config/ops/backups/test_backup_file.py",
        "config/ops/backups/test_backup_programs.py", "config/ops/backups/test_backup_retention.py",
        "config/ops/backups/test_backup_store.py", "config/test_command_lines.py", "config/env/test_env.py",
        "config/telemetry/test_exception_text.py", "config/env/test_mail.py", "config/test_migrations_are_safe.py",
        "config/ops/test_preflight_outside.py", "config/env/test_render.py", "config/ops/test_humanize.py",
        "config/ops/test_smoke_http.py", "config/runtime/test_static_files.py", "config/env/test_unsafe_start.py",
        "entries/heat/test_seeding.py", "entries/heat/test_optimum.py", "entries/heat/test_run_time.py", "entries/heat/test_edits.py",
        "entries/report/test_papers.py", "entries/report/test_lynx.py", "entries/report/test_master.py", "entries/report/test_of_several.py",
        "entries/report/test_printed_papers.py", "entries/report/test_public_programme.py",
        "entries/meet/test_charts.py", "entries/meet/test_meet_desk.py", "entries/records/test_registries.py",
        "entries/news/test_page_cache.py", "entries/news/test_shared_pages.py", "entries/roster/test_athlete_fields.py",
        "entries/roster/test_romaji.py", "entries/roster/test_printing.py",
        "entries/entry/test_slips.py", "entries/test_marks.py", "tenants/outbox/test_contents.py",
        "tenants/outbox/test_verdicts.py", "tenants/test_buckets.py", "tenants/test_menu.py", "tenants/test_excel_times.py", "tenants/test_phone.py",
        "tenants/test_tables.py", "tenants/test_search_key.py", "tenants/test_mail_address.py", "entries/test_dates.py",
        "test_databases.py",
        "test_docs.py", "test_house.py", "test_house_page.py", "test_own_addresses.py", "test_parts.py",
        "test_requirements.py", "test_rooms.py", "test_runbook.py", "test_template_lines.py", "test_translations.py",
        "test_wording.py",
    ],
}  # fmt: skip

MODULES = {name for names in ON_BOTH.values() for name in names}
CORE = ("places", "conditions", "the walls")
QUICK = {name for asked, names in ON_BOTH.items() if asked.startswith(CORE) for name in names}
"""What of it is run by `make quick`."""


def undecided(modules: Iterable[str]) -> dict[str, list[str]]:
    """What is wrong with the two tables, when these are all modules of tests that can be run on SQLite."""
    here = set(modules)
    listed = [name for table in (ON_BOTH, LEFT_OUT) for names in table.values() for name in names]
    return {
        "in neither table": sorted(here - set(listed)),
        "in no folder": sorted(set(listed) - here),
        "decided twice": sorted({name for name in listed if listed.count(name) > 1}),
    }


def name_of(path: Path) -> str:
    """A module as the tables name it."""
    return path.relative_to(TESTS).as_posix()
