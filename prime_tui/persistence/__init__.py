"""Our own files: where they are, how they are written, what is kept in them."""
