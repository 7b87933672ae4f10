"""Which account the program works with: profiles from the configuration, and the way to their keys."""
