"""The operations, one module per theme. Every module here is found; those in the folders of `JAZZ_OPS`, too."""

import os

__path__ = [*__path__, *filter(None, os.environ.get("JAZZ_OPS", "").split(os.pathsep))]
