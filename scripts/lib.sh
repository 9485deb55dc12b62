# Shared by the scripts of this folder: source it, do not run it.
# shellcheck shell=bash disable=SC2034

export LC_ALL=C.UTF-8
# uv trusts what the machine trusts: a company's proxy has a certificate of its own.
export UV_NATIVE_TLS=1

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/ecom"
UNIT_VENV="$ROOT/.venv"
HA_VENV="$ROOT/.venv-ha"

# Progress goes to stderr: what a script prints on stdout is its result.
say() { printf 'ecom: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# Both environments, made or brought up to date.
ensure_setup() { "$ROOT/scripts/setup"; }
