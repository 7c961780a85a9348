"""The look before a meet (seed 002 「大会前」), as `manage.py pre_meet_check`."""
