"""Pipelines: graphs of operations, the types of all values in them, and programs that run."""
