"""The terminal interface: the only part of the program that knows Textual."""
