"""Where compiled kernels are kept between processes."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from hashlib import blake2b
from pathlib import Path

TEMPORARY = "mtornet-kernels-"
"""How a folder begins that lasts only as long as its process."""


def cache_folder() -> Path:
    """Return the folder for compiled kernels: the user's cache folder, or a fresh private one."""
    for root in (os.environ.get("XDG_CACHE_HOME"), os.environ.get("HOME") and f"{os.environ['HOME']}/.cache"):
        if root:
            folder = Path(root) / "mtornet" / "kernels" / _sources_hash()
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError:
                continue
            if os.access(folder, os.W_OK):
                return folder
    # A folder of a known name in a shared place could hold somebody else's machine code.
    folder = Path(tempfile.mkdtemp(prefix=TEMPORARY))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _sources_hash() -> str:
    """Return a short hash of all kernels' source, with the numbers compiled into them.

    numba looks only at the file of a function, not at those it calls: after an update of one kernel
    file the old machine code of another, with the old callee in it, would be used.
    """
    here = Path(__file__).parent
    compiled_in = [here / "operations.py", here / "status.py", here / "tables.py"]
    files = [*compiled_in, *sorted((here / "kernels").glob("*.py"))]
    return blake2b(b"".join(file.read_bytes() for file in files), digest_size=8).hexdigest()


def use_own_cache_folder() -> None:
    """Point numba at that folder, unless the user chose one; numba reads it when a kernel is defined."""
    if "NUMBA_CACHE_DIR" not in os.environ:
        os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())
        if "numba" in sys.modules:
            # It has read the variable already, and would put the machine code beside the package.
            sys.modules["numba"].config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]


def compiled_files() -> tuple[Path, list[Path]]:
    """Return the folder of compiled kernels and the files of ours in it."""
    use_own_cache_folder()
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    # numba makes one folder per package; the user's own may hold others.
    return folder, [file for kind in ("nbi", "nbc") for file in folder.glob(f"kernels_*/*.{kind}")]
