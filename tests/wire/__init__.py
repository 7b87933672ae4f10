"""Shapes on the wire and what becomes of them."""
