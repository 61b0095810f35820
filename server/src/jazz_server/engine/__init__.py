"""The engine: compiled kernels and the operations built on them."""
