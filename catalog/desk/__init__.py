"""The staff's desk: search, a product's page, what was seen last."""
