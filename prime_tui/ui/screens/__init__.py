"""One folder a screen; screens know each other only through messages."""
