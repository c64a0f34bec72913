"""Where compiled kernels are kept between processes."""

from __future__ import annotations

import os
import tempfile
from hashlib import blake2b
from pathlib import Path


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
    return Path(tempfile.mkdtemp(prefix="mtornet-kernels-"))


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
    """Point numba at that folder, unless the user chose one; must run before numba is imported."""
    if "NUMBA_CACHE_DIR" not in os.environ:
        os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())


def is_compiled(kernel: str) -> bool:
    """Tell whether an earlier process left a kernel's machine code, so that this one starts at once.

    Parameters
    ----------
    kernel
        File and function, such as ``ssa_direct.advance``.
    """
    use_own_cache_folder()
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    return any(folder.rglob(f"{kernel}-*.nbc"))
