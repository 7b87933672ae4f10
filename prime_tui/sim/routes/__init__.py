"""The HTTP surfaces of the simulator, one module per resource, JSON written by hand."""
