"""Keeping API keys: the stores, and the key ring that asks the right one."""
