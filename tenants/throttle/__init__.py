"""How often one may try, and where a request comes from."""
