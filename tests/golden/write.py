"""Writes the golden files: `make golden`, when there is a new case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from golden.cases import cases
from golden.encoding import encoded

FOLDER = Path(__file__).parent / "cases"
WIDTH = 120


def written() -> dict[str, bytes]:
    """What every file in the folder of cases holds, by its path there."""
    files: dict[str, bytes] = {}
    for name, case in cases().items():
        files[f"{name}.json"] = (layout(case) + "\n").encode("ascii")
        files[f"{name}.value"] = encoded(case).SerializeToString(deterministic=True)
    return files


def layout(item: Any, indent: str = "") -> str:
    """JSON in lines of a length that people can read, in ASCII."""
    line = json.dumps(item)
    if len(indent) + len(line) <= WIDTH or not item or not isinstance(item, dict | list):
        return line
    inner = indent + " "
    if isinstance(item, dict):
        parts = [f"{json.dumps(key)}: {layout(value, inner)}" for key, value in item.items()]
        return f"{{\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}}}"
    return f"[\n{inner}" + f",\n{inner}".join(layout(value, inner) for value in item) + f"\n{indent}]"


def main() -> None:
    """Writes the files that changed and removes those that no case is in."""
    files = written()
    for path in sorted(FOLDER.rglob("*.*")):
        if path.relative_to(FOLDER).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


if __name__ == "__main__":
    main()
