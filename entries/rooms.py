"""The rooms of this app, in the order in which a meet happens: each may know those before it."""

ROOMS = (
    "records", "roster", "roster.importing", "roster.registration", "meet",
    "entry", "entry.sheet", "entry.upload", "entry.receipt", "entry.desk", "heat", "report", "archive", "news",
)  # fmt: skip
