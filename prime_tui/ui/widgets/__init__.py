"""The pieces that screens are built of; each paints only what changed."""
