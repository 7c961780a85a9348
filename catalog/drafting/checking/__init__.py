"""What a drafted text may not say (pure)."""
