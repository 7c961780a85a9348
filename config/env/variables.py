"""Every environment variable: what `docs/environment.md` and `.env.example` repeat. Read in `config.env` alone."""

from typing import NamedTuple


class Variable(NamedTuple):
    """One environment variable as the documentation lists it."""

    name: str
    kind: str
    default: str
    meaning: str


VARIABLES = (
    Variable("APP_ENV", "dev | staging | prod", "dev", "which kind of site this is; on Render it must be set"),
    Variable("RENDER", "flag", "", "set by Render itself; only read, never set by hand"),
    Variable("RENDER_EXTERNAL_HOSTNAME", "host", "", "set by Render; added to ALLOWED_HOSTS"),
    Variable("SECRET_KEY", "text, 50+", "a fixed key in dev", "signs sessions and links"),
    Variable("HOROLOGEN_SECRET_KEY", "text", "", "old name of SECRET_KEY, accepted with a warning"),
    Variable("FLASK_SECRET_KEY", "text", "", "old name of SECRET_KEY, accepted with a warning"),
    Variable("SECRET_KEY_FALLBACKS", "list", "", "older keys, so that a rotation logs nobody out"),
    Variable("DEBUG", "bool", "False", "Django's debug pages; refused outside dev"),
    Variable("DATABASE_URL", "address", "SQLite under var/ in dev", "PostgreSQL or, in dev, SQLite"),
    Variable("ALLOWED_HOSTS", "list", "local hosts in dev", "host names that this site answers to"),
    Variable("CSRF_TRUSTED_ORIGINS", "list", "", "origins with scheme from which forms may be posted"),
    Variable(
        "BASE_URL", "address", "http://127.0.0.1:8000 in dev, else the first host", "public address for links in mails"
    ),
    Variable("TRUSTED_PROXIES", "number", "2 on Render, else 1", "proxies whose X-Forwarded-For counts; none in dev"),
    Variable("DEBUG_AUTH_LINKS", "bool", "0", "in dev: show mailed sign-in links on the page"),
    Variable("SENTRY_DSN", "address", "", "error events go there; empty is off"),
    Variable("SENTRY_TRACES_SAMPLE_RATE", "0..1", "0", "share of requests traced"),
    Variable("EMAIL_URL", "address", "console in dev", "smtp://, smtps:// or, in dev, console://"),
    Variable("EMAIL_HOST", "host", "", "SMTP server, when EMAIL_URL is not used"),
    Variable("EMAIL_PORT", "number", "587", "SMTP port"),
    Variable("EMAIL_USE_TLS", "bool", "on port 587 or with a login", "STARTTLS"),
    Variable("EMAIL_HOST_USER", "text", "", "SMTP login"),
    Variable("EMAIL_HOST_PASSWORD", "text", "", "SMTP password"),
    Variable("DEFAULT_FROM_EMAIL", "address", "nit-sys@ the host of BASE_URL", "sender of every mail"),
    Variable(
        "ANYMAIL_ESP",
        "name",
        "",
        "send through this provider's HTTP API: sendgrid, mailgun, postmark, brevo, mailjet, resend, mailersend, sparkpost or amazon_ses",
    ),
    Variable(
        "ANYMAIL_API_URL",
        "address",
        "the provider's",
        "another address of that API, for example of its region in the EU",
    ),
    Variable(
        "ANYMAIL_WEBHOOK_SECRET",
        "user:password",
        "",
        "opens /anymail/PROVIDER/tracking/ for that provider; empty closes it",
    ),
    Variable("SENDGRID_API_KEY", "text", "", "key for ANYMAIL_ESP=sendgrid"),
    Variable(
        "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY",
        "text",
        "",
        "key with which SendGrid signs its webhook; checked when set",
    ),
    Variable("MAILGUN_API_KEY", "text", "", "key for ANYMAIL_ESP=mailgun"),
    Variable("MAILGUN_SENDER_DOMAIN", "host", "", "the domain that was set up at Mailgun"),
    Variable("MAILGUN_WEBHOOK_SIGNING_KEY", "text", "MAILGUN_API_KEY", "key with which Mailgun signs its webhook"),
    Variable("POSTMARK_SERVER_TOKEN", "text", "", "token for ANYMAIL_ESP=postmark"),
    Variable("BREVO_API_KEY", "text", "", "key for ANYMAIL_ESP=brevo"),
    Variable("MAILJET_API_KEY", "text", "", "key for ANYMAIL_ESP=mailjet"),
    Variable("MAILJET_SECRET_KEY", "text", "", "secret of that key"),
    Variable("RESEND_API_KEY", "text", "", "key for ANYMAIL_ESP=resend"),
    Variable(
        "RESEND_SIGNING_SECRET", "text", "", "secret with which Resend signs its webhook (whsec_…); checked when set"
    ),
    Variable("MAILERSEND_API_TOKEN", "text", "", "token for ANYMAIL_ESP=mailersend"),
    Variable(
        "MAILERSEND_SIGNING_SECRET", "text", "", "secret with which MailerSend signs its webhook; its webhook needs it"
    ),
    Variable("SPARKPOST_API_KEY", "text", "", "key for ANYMAIL_ESP=sparkpost"),
    Variable("AMAZON_SES_ACCESS_KEY_ID", "text", "", "key for ANYMAIL_ESP=amazon_ses"),
    Variable("AMAZON_SES_SECRET_ACCESS_KEY", "text", "", "secret of that key"),
    Variable("AMAZON_SES_REGION", "name", "", "AWS region of the mails, for example ap-northeast-1"),
    Variable("ANTHROPIC_API_KEY", "text", "", "key for drafting product texts; empty is off"),
    Variable("ANTHROPIC_BASE_URL", "address", "the provider's", "another address of that API, for example a gateway"),
    Variable("CATALOG_DRAFT_MODEL", "name", "claude-sonnet-5-5", "the model that drafts"),
    Variable("TENANT_ID", "number or slug", "", "default of --tenant for the SQLite import"),
    Variable("SQLITE_DB_PATH", "path", "", "default of --sqlite for the SQLite import"),
    Variable("BATCH_SIZE", "number", "5000", "default of --batch-size for the SQLite import"),
    Variable("MAX_ATHLETES_PER_TEAM", "number", "2000", "athletes on the roster of one team"),
    Variable("MAX_TEAMS_PER_USER", "number", "20", "teams that one account manages"),
    Variable("WEB_CONCURRENCY", "number", "from the cores", "web server processes"),
    Variable("GUNICORN_THREADS", "number", "3", "threads in each process"),
    Variable(
        "GUNICORN_TIMEOUT",
        "seconds",
        "30",
        "a process without a sign of life for so long is replaced; a stop waits so long for requests under way (at most 50)",
    ),
    Variable("HOST", "host", "127.0.0.1 in dev, else 0.0.0.0", "address that the web server listens on"),
    Variable("PORT", "number", "8000", "port of the web server"),
    Variable("SEED_ADMIN_PASSWORD", "text", "in dev the demo's", "password of platform-admin@example.com"),
    Variable("SEED_ORGANIZER_A_PASSWORD", "text", "in dev the demo's", "password of organizer-a@example.com"),
    Variable("SEED_STAFF_A_PASSWORD", "text", "in dev the demo's", "password of staff-a@example.com"),
    Variable("SEED_STAFF_B_PASSWORD", "text", "in dev the demo's", "password of staff-b@example.com"),
    Variable("SEED_COACH_A_PASSWORD", "text", "in dev the demo's", "password of coach-a@example.com"),
    Variable("SEED_ATHLETE_A_PASSWORD", "text", "in dev the demo's", "password of athlete-a@example.com"),
    Variable("PLATFORM_ADMIN_PASSWORD", "text", "", "read by create_platform_admin instead of asking"),
    Variable("BACKUP_DIR", "path", "var/backups", "folder that `backup` writes to"),
    Variable(
        "BACKUP_KEEP_DAYS", "days", "35", "older backups are removed by `backup --scheduled`, here and off the platform"
    ),
    Variable("BACKUP_KEY", "age key", "", "encrypts backups (AGE-SECRET-KEY-1…); empty leaves them readable"),
    Variable(
        "BACKUP_SCRATCH_URL",
        "address",
        "the site's own server",
        "PostgreSQL server on which `verify_backup` tries backups",
    ),
    Variable("BACKUP_S3_BUCKET", "name", "", "bucket for the copy off the platform; empty is off"),
    Variable("BACKUP_S3_ENDPOINT", "address", "the provider's", "address of an S3-compatible storage"),
    Variable("BACKUP_S3_REGION", "name", "auto", "region of the bucket"),
    Variable("BACKUP_S3_PREFIX", "path", "", "folder in the bucket, so that staging and prod may share one"),
    Variable("BACKUP_S3_ACCESS_KEY_ID", "text", "", "key of that storage"),
    Variable("BACKUP_S3_SECRET_ACCESS_KEY", "text", "", "secret of that key"),
    Variable("METRICS_TOKEN", "text, 20+", "", "opens /metrics (Authorization: Bearer …); empty closes it"),
    Variable("ALARM_EMAILS", "list", "the incident contacts", "who is mailed when an alarm is raised"),
    Variable("WORKER_PING_URL", "address", "", "dead man's switch outside: called while the worker lives"),
    Variable("BACKUP_PING_URL", "address", "", "dead man's switch outside: called after each proved backup"),
    Variable("SENTRY_RELEASE", "text", "RENDER_GIT_COMMIT", "release tag of error events"),
    Variable("RENDER_GIT_COMMIT", "text", "", "set by Render; only read"),
    Variable("REPLICA_DATABASE_URL", "address", "", "streaming replica that public pages read; empty is off"),
    Variable("CACHE_URL", "address", "", "redis://… shared by all web processes; empty keeps a cache in each process"),
    Variable("DATABASE_POOLED", "bool", "False", "DATABASE_URL leads to PgBouncer in transaction mode"),
)
