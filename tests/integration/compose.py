"""What is run against `docker compose up`: store, run, restart the service, read back.

Not a test of the suite, as it needs an engine for containers: `python tests/integration/compose.py` beside a running
`docker compose up`.
"""

from __future__ import annotations

import subprocess

import numpy as np
import scipy.sparse as sp

import jazz


def main() -> None:
    """Ends with an error when something is not as it should be."""
    weights = sp.random_array((2000, 300), density=0.05, format="csr", dtype=np.float32, rng=1)
    big = np.random.default_rng(1).random(4_000_000)
    rows = sp.random_array((50, 2000), density=0.02, format="csr", dtype=np.float32, rng=2)

    @jazz.pipeline
    def project(x: jazz.Csr["rows", 2000], w: jazz.Csr[2000, "columns"]):  # noqa: F821
        return jazz.ops.relu(x @ w)

    with jazz.connect("localhost:50051", timeout=60) as db:
        info = db.put("compose/weights", weights)
        db.put("compose/big", big)
        db.pipelines.put("compose/project", project, bind={"w": "compose/weights"})
        before = db.run("compose/project", x=rows)
    assert abs(before - rows @ weights).max() < 1e-5

    subprocess.run(["docker", "compose", "restart"], check=True)
    subprocess.run(["docker", "compose", "up", "--detach", "--no-build", "--wait"], check=True)

    with jazz.connect("localhost:50051", timeout=60) as db:
        assert db.info("compose/weights").version == info.version
        assert (db.get("compose/weights") != weights).nnz == 0
        assert np.array_equal(db.get("compose/big"), big)
        assert (db.run("compose/project", x=rows) != before).nnz == 0
        user = subprocess.run(["docker", "compose", "exec", "jazz", "id", "-u"], check=True, capture_output=True)
        written = subprocess.run(
            ["docker", "compose", "exec", "jazz", "touch", "/usr/x"], check=False, capture_output=True
        )
    assert user.stdout.strip() == b"10001"
    assert written.returncode != 0, "the root file system can be written"
    print("stored, ran, restarted, read back: all the same; user 10001, read-only root")


if __name__ == "__main__":
    main()
