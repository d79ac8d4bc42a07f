"""Writes requirements.lock: installs the project with its development extras into a throwaway environment, and notes every version."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Takes the newest versions that pyproject.toml allows; run the tests afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([sys.executable, "-m", "venv", scratch], check=True)
        python = Path(scratch) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-e", f"{ROOT}[dev]"], check=True)
        freeze = [python, "-m", "pip", "freeze", "--exclude-editable"]
        frozen = subprocess.run(freeze, check=True, capture_output=True, text=True).stdout
    lines = sorted((line for line in frozen.splitlines() if "==" in line), key=str.lower)
    head = "# Versions that the tests pass with; made by `make lock`."
    (ROOT / "requirements.lock").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
