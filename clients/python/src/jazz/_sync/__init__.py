"""The synchronous client: generated from `jazz._async` by `clients/python/unasync_client.py`."""
