"""Shoes of the catalogue, and whether one may be worn in a race (domain C2)."""
