"""Files appear whole or not at all, and numbers in them read back exactly."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from mtornet.errors import ModelError, OutputError
from mtornet.report.files import writable_folder, write_atomically, write_csv, write_json, write_text


def test_folder_is_made_with_its_parents(tmp_path):
    folder = writable_folder(tmp_path / "a" / "b")
    assert folder.is_dir()
    assert list(folder.iterdir()) == [], "the probe is gone"
    assert writable_folder(folder) == folder, "an existing folder is fine"


@pytest.mark.parametrize("place", ["file", "file/deeper"])
def test_folder_with_a_file_in_the_way(tmp_path, place):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"cannot write to .* — .*; choose another folder with --out"):
        writable_folder(tmp_path / place)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_atomic_write(tmp_path):
    path = tmp_path / "x.txt"
    seen = []

    def write(temporary):
        seen.append(temporary)
        temporary.write_text("new", encoding="utf-8")
        assert not path.exists()

    assert write_atomically(path, write) == path
    assert path.read_text(encoding="utf-8") == "new"
    assert seen[0].parent == path.parent, "on the same disk, so that moving is one step"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "error",
    [OSError(28, "No space left on device"), ModelError("no"), KeyboardInterrupt(), ZeroDivisionError()],
)
def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = write_text("old", tmp_path / "x.txt")

    def write(temporary):
        temporary.write_text("ha", encoding="utf-8")
        raise error

    expected = OutputError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected):
        write_atomically(path, write)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told_by_the_name_the_user_gave(tmp_path):
    def write(_):
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError) as caught:
        write_atomically(tmp_path / "x.csv", write)
    assert str(caught.value) == f"cannot write {str(tmp_path / 'x.csv')!r} — No space left on device"


def test_no_folder_is_told(tmp_path):
    with pytest.raises(OutputError) as caught:
        write_text("x", tmp_path / "no" / "x.txt")
    assert (
        str(caught.value)
        == f"cannot write {str(tmp_path / 'no' / 'x.txt')!r} — there is no folder {str(tmp_path / 'no')!r}"
    )


def test_csv_numbers_read_back_exactly(tmp_path):
    rng = np.random.default_rng(1)
    values = np.concatenate(
        [rng.standard_normal(500) * 10.0 ** rng.integers(-300, 300, 500), [0.1, 1 / 3, 5e-324, 1e308]]
    )
    path = write_csv(pd.DataFrame({"value": values, "n": np.arange(values.size)}), tmp_path / "x.csv")
    back = [float(line.split(",")[0]) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert back == list(values)
    assert b"\r" not in path.read_bytes(), "the same bytes on every system"


def test_csv_writes_missing_numbers_as_empty_cells(tmp_path):
    path = write_csv(pd.DataFrame({"a": [1.0, math.nan]}), tmp_path / "x.csv")
    assert path.read_text(encoding="utf-8").splitlines() == ["a", "1.0", '""'] or path.read_text(
        encoding="utf-8"
    ).splitlines() == [
        "a",
        "1.0",
        "",
    ]


def test_json_is_for_people_and_strict(tmp_path):
    path = write_json({"b": "µ", "a": [1, 2.5, None]}, tmp_path / "x.json")
    text = path.read_text(encoding="utf-8")
    assert "µ" in text
    assert text.index('"b"') < text.index('"a"'), "in the given order"
    assert json.loads(text) == {"b": "µ", "a": [1, 2.5, None]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json({"x": math.nan}, tmp_path / "y.json")
    assert not (tmp_path / "y.json").exists()
