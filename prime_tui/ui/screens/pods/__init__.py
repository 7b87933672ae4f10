"""The pods screen."""
