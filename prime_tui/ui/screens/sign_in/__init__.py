"""Signing in: what is asked for, where a key is kept, and what is told."""
