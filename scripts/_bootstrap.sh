# shellcheck shell=bash
# Sourced by the scripts beside it. `bootstrap core` or `bootstrap test` leaves a complete .venv at the root of the
# checkout, and returns in a few hundredths of a second if nothing changed since. Everything it says goes to
# standard error. Works with bash 3.2, the one that macOS ships.

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv
log=$root/.venv.log
unfinished=$venv/.mtornet-unfinished    # there while an install runs: what it left behind is not trusted
stamp=$venv/.mtornet-stamp              # of the last complete install: fingerprint, core or test, place

cannot_write="cannot write — $root — setting up needs .venv there — make the folder writable, or copy the checkout"

say() { printf 'mtornet: %s\n' "$*" >&2; }

fail() {    # fail MESSAGE [HINT...]: the user can mend this, so exit 2
  printf 'error: %s\n' "$1" >&2
  shift
  [ $# = 0 ] || printf '  %s\n' "$@" >&2
  exit 2
}

fail_with_log() {
  local shown
  # Notices about locations and caches are noise beside the line that says what failed.
  shown=$(grep -v -e '^WARNING: ' -e '^ *$' "$log" | tail -n 8)
  fail "$1 — $venv — the last lines of $log are:" "${shown//$'\n'/$'\n'  }" \
    "what to do: check the network connection (first use downloads packages) and free disk space, then run this again"
}

# Prints "<version> <new|old> <venv|bare>"; must also run on a Python 2, to be able to name it as too old.
probe='import sys
try:
    import venv, ensurepip; kit = "venv"
except ImportError:
    kit = "bare"
print("%d.%d.%d %s %s" % (sys.version_info[:3] + ("new" if sys.version_info >= (3, 11) else "old", kit)))'

has_uv() { uv --version >/dev/null 2>&1; }

find_python() {    # sets python and version, or fails with advice
  local candidate answer kind kit bare='' old='' candidates=(python3.13 python3.12 python3.11 python3 python)
  [ -z "${MTORNET_PYTHON:-}" ] || candidates=("$MTORNET_PYTHON")
  for candidate in "${candidates[@]}"; do
    # A name that is on PATH may still not run: pyenv's shims, the Windows store's and Xcode's stand-ins.
    answer=$("$candidate" -ESc "$probe" 2>/dev/null </dev/null) || continue
    read -r version kind kit <<<"$answer"
    if [ "$kind" != new ]; then
      old="$old${old:+, }$candidate $version"
    elif [ "$kit" != venv ] && ! has_uv; then
      bare=${bare:-"$candidate $version"}
    else
      python=$candidate
      return
    fi
  done
  # uv brings a Python of its own when the system has none that fits.
  if has_uv && [ -z "${MTORNET_PYTHON:-}" ] && uv python install 3.12 >"$log" 2>&1; then
    python=$(uv python find 3.12) && version=3.12 && return
  fi
  if [ -n "$bare" ]; then
    version=${bare##* }
    fail "this Python cannot make virtual environments — $bare — its modules venv and ensurepip are missing — install them:" \
      "Debian, Ubuntu:  sudo apt-get install python${version%.*}-venv" \
      "Fedora:          sudo dnf install python${version%.*}" \
      "macOS:           brew install python@${version%.*}" \
      "or install uv, which needs neither"
  fi
  local where="on PATH (tried ${candidates[*]})"
  [ -z "${MTORNET_PYTHON:-}" ] || where="in MTORNET_PYTHON=$MTORNET_PYTHON"
  fail "mtornet needs Python 3.11 or newer — $where — found ${old:-none that runs} — install one:" \
    "Debian, Ubuntu:  sudo apt-get install python3.12 python3.12-venv   (python3.11 and python3.11-venv on Debian 12)" \
    "Fedora:          sudo dnf install python3.12" \
    "macOS:           brew install python@3.12" \
    "or install uv, or set MTORNET_PYTHON to the one to use"
}

version_of() { "$1" -ISc 'import sys; print(sys.version)' 2>/dev/null; }

fingerprint() {    # of what an install depends on: metadata, place, interpreter
  local interpreter
  interpreter=$(version_of "$venv/bin/python") || return 1
  # MTORNET_PYTHON counts by what it is: naming the Python that .venv already has asks for nothing new.
  [ -z "${MTORNET_PYTHON:-}" ] || [ "$(version_of "$MTORNET_PYTHON")" = "$interpreter" ] || return 1
  printf '%s\n' "$root" "$interpreter" | cat - "$root/pyproject.toml" | cksum | tr ' ' -
}

read_stamp() {    # sets was_fingerprint, was_extras, was_root; empty if there is no stamp
  was_fingerprint='' was_extras='' was_root=''
  [ ! -r "$stamp" ] || { read -r was_fingerprint; read -r was_extras; IFS= read -r was_root; } <"$stamp" || true
}

is_ready() {    # is_ready core|test: completely installed and up to date, with at least these extras
  [ ! -e "$unfinished" ] && [ -x "$venv/bin/mtornet" ] && read_stamp && [ -n "$was_fingerprint" ] &&
    { [ "$was_extras" = "$1" ] || [ "$was_extras" = test ]; } && [ "$(fingerprint)" = "$was_fingerprint" ]
}

pip_install() {
  if has_uv; then
    uv pip install --quiet --python "$venv/bin/python" --reinstall-package mtornet -e "$1"
  else
    # -I: neither PYTHONPATH nor a user's site-packages may stand in for what .venv must hold.
    "$venv/bin/python" -Im pip --disable-pip-version-check --no-input install -q -e "$1"
  fi
}

is_sound() {    # .venv is whole, stands where it was made, and has an installer and the Python asked for
  [ ! -e "$unfinished" ] && [ "${was_root:-$root}" = "$root" ] && fingerprint >/dev/null &&
    "$venv/bin/python" -Ic 'import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix != sys.argv[1])' "$venv" &&
    { has_uv || "$venv/bin/python" -Im pip --version >/dev/null 2>&1; }
}

make_venv() {
  local python version
  find_python
  say "making .venv with Python $version ($python)"
  { rm -rf "$venv" && mkdir "$venv" && touch "$unfinished"; } 2>/dev/null || fail "$cannot_write"
  if has_uv; then
    uv venv --quiet --allow-existing --python "$python" "$venv"
  else
    "$python" -m venv "$venv"
  fi >"$log" 2>&1 || fail_with_log "making a virtual environment failed"
}

install() {    # install core|test: runs while this process holds the lock
  local extras=$1 spec=. size="1 GB" started=$SECONDS cache
  # Variables that would send the packages elsewhere, or swap the standard library.
  unset PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX
  # Without a writable cache uv gives up; pip only warns.
  cache=${UV_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}}
  { [ -n "$cache" ] && mkdir -p "$cache" && [ -w "$cache" ]; } 2>/dev/null || export UV_NO_CACHE=1
  read_stamp
  [ "$was_extras" != test ] || extras="test"    # never take the tests' packages away again
  [ "$extras" = core ] || { spec=".[$extras]" size="1.5 GB"; }
  if [ -z "$was_root" ]; then
    say "setting up mtornet (first run, 1 to 5 minutes, $size of disk in .venv) ..."
  elif [ "$was_extras" != "$extras" ]; then
    say "adding the packages that the tests need (1 to 3 minutes) ..."
  else
    say "updating .venv (the checkout or its Python has changed) ..."
  fi
  is_sound || make_venv
  : >"$unfinished"
  say "installing mtornet and the packages it needs"
  if ! (cd "$root" && pip_install "$spec") >"$log" 2>&1; then
    # A failed update (offline, say) leaves what was there; a failed first install is made anew.
    [ ! -e "$stamp" ] || rm -f "$unfinished"
    fail_with_log "installing packages failed"
  fi
  printf '%s\n' "$(fingerprint)" "$extras" "$root" >"$stamp"
  rm -f "$unfinished"
  say "ready after $((SECONDS - started)) s"
}

take_lock() {    # on file descriptor 9, until the process that opened it and its children have ended
  if command -v flock >/dev/null 2>&1; then
    flock "$@" 9
  else
    local python version
    find_python
    # The lock belongs to the open file, which this shell shares: it stays when Python has ended.
    "$python" -ESc 'import fcntl, sys; fcntl.flock(9, fcntl.LOCK_EX | (fcntl.LOCK_NB if sys.argv[1:] else 0))' "$@" 2>/dev/null
  fi
}

bootstrap() {    # bootstrap core|test
  ! is_ready "$1" || return 0
  { : >>"$root/.venv.lock" && : >>"$log"; } 2>/dev/null || fail "$cannot_write"
  # A subshell, so that mtornet itself does not inherit the lock.
  (
    # pip turns Ctrl-C into an ordinary failure; it is none.
    trap 'say "interrupted; the next run starts the setup again"; exit 130' INT
    if ! take_lock -n; then
      say "waiting for another setup of this checkout to end ..."
      take_lock
    fi
    is_ready "$1" || install "$1"
  ) 9>"$root/.venv.lock" || exit
}
