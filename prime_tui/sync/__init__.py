"""Joins the service and the store: readers that never give up, and writes that are sent once."""
