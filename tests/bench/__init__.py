"""`make bench`: what the product does beside what the database and the server alone do, in one run."""
