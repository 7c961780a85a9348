"""What each room says of its tables: what goes into a meet's archive, how long it is kept, where a person's traces are.

This room knows no table of theirs. Every room has one `records.py` that registers here what it holds; `archive`, which
stands after all of them, reads this and builds, hands out, purges and erases. Where the order of the output matters a
registration gives its `position`; what gives none comes last, in the order of the rooms.
"""

LAST = 1_000
"""The position of what gives none."""
