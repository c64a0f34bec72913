"""Number-only kernels: arrays in, arrays and a status code out.

No names, units, strings, logging or exceptions in here. The machine code is compiled once per
installation and kept in a folder of the user's own (see :mod:`mtornet.compiled.cache`).
"""

from mtornet.compiled.cache import use_own_cache_folder

use_own_cache_folder()

# Only now: numba reads the folder when it is imported.
from mtornet.compiled.compilation import watch_compiler  # noqa: E402

watch_compiler()
