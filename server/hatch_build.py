"""Build hook: compiles the kernel library into the package before a wheel, or an editable install, is made."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class KernelLibraryHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the kernel library and tags the wheel with the platform that it was built for."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what has changed since the last time."""
        sys.path.insert(0, str(Path(self.root) / "src"))
        from jazz_server.engine.build import build

        build()
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"
