"""Corrections that staff put over a master value; an import never overwrites them."""
