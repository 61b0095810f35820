"""The operations, one module per theme."""
