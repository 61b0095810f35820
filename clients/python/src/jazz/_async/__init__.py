"""The asynchronous client. `jazz._sync` is generated from it by `clients/python/unasync_client.py`."""
