"""The routine of seed 002 "定期メンテナンス": what to look at every week and before a meet, and what was slow after it."""
