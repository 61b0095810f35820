"""Generates the protobuf stubs `jazz.v1` when the package is built or installed for development."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class StubsHook(BuildHookInterface[Any]):
    """Runs protoc over the contract.

    The contract lies in `proto/` of the repository, or beside this file in a source distribution.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write `src/jazz/v1/*_pb2*.py`."""
        root = Path(self.root)
        contract = next(
            (folder for folder in (root / "proto", root.parent.parent / "proto") if folder.is_dir()),
            None,
        )
        if contract is None:
            raise FileNotFoundError(f"the folder proto/ with the contract, beside or above {root}")
        target = root / "src" / "jazz" / "v1"
        target.mkdir(exist_ok=True)
        (target / "__init__.py").write_text('"""The contract: generated from `proto/jazz/v1`."""\n')
        # in a process of its own: protoc loads protobuf's C++ runtime, which does not share a process well
        subprocess.run(
            [
                sys.executable,
                "-m",
                "grpc_tools.protoc",
                f"--proto_path={contract}",
                f"--python_out={root / 'src'}",
                f"--pyi_out={root / 'src'}",
                f"--grpc_python_out={root / 'src'}",
                *sorted(str(path) for path in (contract / "jazz" / "v1").glob("*.proto")),
            ],
            check=True,
        )
