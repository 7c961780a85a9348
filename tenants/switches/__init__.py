"""What may be switched off for a while: the whole site, all writing, or one function."""
