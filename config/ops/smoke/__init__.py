"""The P0 list of a deployment (seed 000 section 5), asked of a running site over HTTP by `manage.py smoke`."""
