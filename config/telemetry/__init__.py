"""Logs, masking, security events, timing, Sentry and counters: what the site tells of itself."""
