"""What was slow (seed 002 「パフォーマンスレビュー」), as `manage.py performance_report`."""
