"""The rooms of this app: each may know those before it."""

ROOMS = ("shoes", "overrides", "importing", "drafting", "desk")
