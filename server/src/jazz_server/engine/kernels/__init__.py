"""Sources of the compiled kernels, one module per theme. The server itself never imports them."""
