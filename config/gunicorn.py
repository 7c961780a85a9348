"""gunicorn as every deployment runs it: `gunicorn -c config/gunicorn.py config.wsgi`.

Threads keep a slow upload from stalling a process; few connections (processes x threads) keep the queue for a hot
race in the web server and not in PostgreSQL (docs/decisions.md, "Places").
"""

from config.env import ENV

bind = ENV.bind
workers = ENV.web_concurrency
worker_class = "gthread"
threads = ENV.gunicorn_threads
timeout = ENV.gunicorn_timeout
graceful_timeout = ENV.gunicorn_timeout
keepalive = 5
preload_app = (
    True  # one import for all processes: half the start-up time, shared memory; nothing connects while importing
)
control_socket_disable = True
