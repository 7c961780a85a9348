"""Long work: asked for in a transaction, done by the worker, with its progress for the page that waits."""
