"""Shoes of the catalogue, and whether one may be worn in a race (fact F2)."""
