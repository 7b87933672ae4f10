"""The client of the Prime Intellect HTTP API: requests out, domain values or typed errors back."""
