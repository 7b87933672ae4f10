"""Settings: where each value comes from and what it must look like."""
