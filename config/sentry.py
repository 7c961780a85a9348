"""Error events to Sentry, without anything personal (seed 000 section 8)."""

from config.env import ENV


def start() -> None:
    """Connect to Sentry when SENTRY_DSN is set; bodies, locals and user data are never sent."""
    if not ENV.sentry_dsn:
        return
    import sentry_sdk  # slow to import, and not needed where it is off

    sentry_sdk.init(
        dsn=ENV.sentry_dsn,
        environment=ENV.app_env,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        traces_sample_rate=ENV.sentry_traces_sample_rate or None,
    )
