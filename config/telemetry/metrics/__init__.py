"""Counters for Prometheus at /metrics: what each process counts, and what the database says (docs/monitoring.md)."""
