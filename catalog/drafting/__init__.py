"""Japanese texts drafted from a product's facts alone."""
