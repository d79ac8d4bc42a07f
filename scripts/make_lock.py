"""Write requirements.lock: the versions of everything that is installed in this environment, for `pip install -c`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> None:
    frozen = subprocess.run(
        [sys.executable, "-m", "pip", "freeze", "--exclude-editable"], check=True, capture_output=True, text=True
    ).stdout
    lines = sorted((line for line in frozen.splitlines() if "==" in line and " @ " not in line), key=str.lower)
    Path("requirements.lock").write_text(
        "# Versions that the tests pass with; made by `make lock`.\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
