"""Changing the profile or the team that is watched."""
