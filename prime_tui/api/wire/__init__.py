"""The shapes on the wire: one module a resource, each reader turns parsed JSON into domain values."""
