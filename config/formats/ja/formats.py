"""Dates in Japanese as on every page: `2027/5/1 (土)`, and the hour behind it."""

DATE_FORMAT = "Y/n/j (D)"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y/n/j (D) H:i"
YEAR_MONTH_FORMAT = "Y/n"
MONTH_DAY_FORMAT = "n/j (D)"
SHORT_DATE_FORMAT = "Y/n/j"
SHORT_DATETIME_FORMAT = "Y/n/j H:i"
FIRST_DAY_OF_WEEK = 0
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%Y/%m/%d"]
