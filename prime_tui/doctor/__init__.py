"""`prime-tui doctor`: what this host, this terminal and this account can do, and what is wrong with them."""
