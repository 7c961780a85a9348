"""When something is broken: whom to call, and what was noted."""
