"""CSV and Excel, read within bounds and written so that no text is a formula."""
