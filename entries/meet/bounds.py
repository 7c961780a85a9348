"""Numbers that a meet can have. No time trial is larger; what is beyond was typed by mistake."""

from tenants.bounds import within

MOST_PLACES, MOST_STARTERS, MOST_HEATS = 10_000, 500, 999
"""Of a race; athletes of one heat, a mass start on the road; heats of one race, in three digits on paper."""
PLACES = within(0, MOST_PLACES)
STARTERS = within(1, MOST_STARTERS)
HEATS = within(1, MOST_HEATS)
METRES = within(10, 200_000)
YEN = within(0, 100_000)
RACES_OF_AN_ATHLETE = within(1, 50)
ENTRIES_OF_A_TEAM = within(1, 2_000)
POSITION = within(0, 9_999)
MINUTES_OF_CALL = within(0, 240)
MINUTES_OF_REST = within(1, 600)
