"""Ahead-of-time compilation of declared kernels. Needs numba and ziglang, which the server itself does not."""
