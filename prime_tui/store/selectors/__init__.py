"""Pure functions from the store to the rows that screens show."""
