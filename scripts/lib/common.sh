# Shared by the commands in scripts/. Sourced, never run.
# shellcheck shell=bash
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VENV=${MATINEE_VENV:-$ROOT/.venv}
CACHE=$ROOT/.cache
FRONTEND=$ROOT/addon/frontend
PAGE=$ROOT/addon/matinee/page
export PYTHONDONTWRITEBYTECODE=${PYTHONDONTWRITEBYTECODE:-}

say() { printf '\033[2m·\033[0m %s\n' "$*" >&2; }
fail() {
  printf '\n\033[31mStopped:\033[0m %s\n' "$1" >&2
  [ -z "${2:-}" ] || printf '  Next step: %s\n' "$2" >&2
  exit 1
}

# The command in front of what needs the system's administrator: nothing for root, else sudo without a question.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n "$@"
  else return 126
  fi
}

runs_python() { # PATH VERSION…: does this interpreter really run, with one of these versions, and can it make a venv?
  local python=$1 found
  shift
  found=$("$python" -c 'import sys, venv, ssl, sqlite3; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || return 1
  for version in "$@"; do [ "$found" = "$version" ] && return 0; done
  return 1
}

find_python() { # VERSION…: print the path of an interpreter of one of these versions that really runs
  local candidate version
  for version in "$@"; do
    for candidate in "$(command -v "python$version" || true)" "$HOME/.pyenv/versions/$version".*/bin/python \
      "/usr/local/bin/python$version" "/opt/homebrew/bin/python$version"; do
      if [ -x "$candidate" ] && runs_python "$candidate" "$version"; then echo "$candidate"; return 0; fi
    done
  done
  for candidate in python3 python; do
    candidate=$(command -v "$candidate" || true)
    if [ -n "$candidate" ] && runs_python "$candidate" "$@"; then echo "$candidate"; return 0; fi
  done
  find_python_with_uv "$@" || find_python_with_apt "$@"
}

find_python_with_uv() {
  local uv version candidate
  uv=$(command -v uv || true)
  if [ -z "$uv" ] && command -v python3 >/dev/null; then
    say "No Python $* here yet; asking uv for one"
    python3 -m venv "$CACHE/uv" >/dev/null 2>&1 && "$CACHE/uv/bin/pip" install -q uv >/dev/null 2>&1 || return 1
    uv=$CACHE/uv/bin/uv
  fi
  [ -n "$uv" ] || return 1
  for version in "$@"; do
    candidate=$("$uv" python find "$version" 2>/dev/null || true)
    if [ -n "$candidate" ] && runs_python "$candidate" "$version"; then echo "$candidate"; return 0; fi
  done
  say "Fetching Python $1 with uv"
  timeout 300 "$uv" python install "$1" >&2 || return 1
  candidate=$("$uv" python find "$1" 2>/dev/null) && runs_python "$candidate" "$1" && echo "$candidate"
}

find_python_with_apt() {
  command -v apt-get >/dev/null || return 1
  local version
  for version in "$@"; do
    if apt-cache show "python$version-venv" >/dev/null 2>&1; then
      say "Installing Python $version with apt-get"
      as_root apt-get install -y -qq "python$version" "python$version-venv" >/dev/null 2>&1 || return 1
      command -v "python$version" && return 0
    fi
  done
  return 1
}

stamp_of() { # FILE…: one line that changes when any of the files does
  cat "$@" | sha256sum | cut -c1-24
}

ensure_venv() { # runtime | tests: the engine's packages in $VENV, installed once per set of pins
  local want=$1 python stamp
  if [ -x "$VENV/bin/python" ] && ! runs_python "$VENV/bin/python" 3.13 3.12; then
    say "The interpreter of $VENV no longer runs; making it anew"
    rm -rf "$VENV"
  fi
  if [ ! -x "$VENV/bin/python" ]; then
    python=$(find_python 3.13 3.12) || fail "Matinee needs Python 3.12 or 3.13, and none that runs was found." \
      "Install one, for example: apt-get install python3.13 python3.13-venv"
    say "Making a Python environment with $("$python" --version)"
    "$python" -m venv "$VENV" || fail "The environment could not be made." "apt-get install python3-venv"
  fi
  install_pins runtime "$ROOT/addon/requirements.txt"
  [ "$want" = runtime ] || install_pins tests "$ROOT/addon/requirements.txt" "$ROOT/requirements_test.txt"
  stamp=$VENV/.package-$(stamp_of "$ROOT/addon/pyproject.toml")
  if [ ! -e "$stamp" ]; then
    # A path file serves the engine from the checkout: no build, and edits count at once.
    echo "$ROOT/addon" >"$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/matinee.pth"
    touch "$stamp"
  fi
}

install_pins() { # NAME FILE…
  local name=$1 stamp
  shift
  stamp=$VENV/.$name-$(stamp_of "$@")
  [ -e "$stamp" ] && return
  say "Installing the $name packages ($(cat "$@" | grep -c '==') of them, checked by hash)"
  local -a args=()
  for file in "$@"; do args+=(-r "$file"); done
  "$VENV/bin/python" -m pip install -q --disable-pip-version-check --require-hashes "${args[@]}" ||
    fail "The $name packages could not be installed." "Check the network and run the command again."
  touch "$stamp"
}

ensure_npm_folder() { # FOLDER: what its package-lock.json names, in .cache/npm/NAME; print where
  local folder=$1 place stamp
  place=$CACHE/npm/$(basename "$folder")
  stamp=$place/.stamp-$(stamp_of "$folder/package-lock.json")
  if [ ! -e "$stamp" ]; then
    ensure_node || fail "The tests of $(basename "$folder") need Node.js 20 or newer, which is not here." "Install Node.js and npm, for example: apt-get install nodejs npm"
    mkdir -p "$place"
    cp "$folder/package.json" "$folder/package-lock.json" "$folder/.npmrc" "$place/"
    (cd "$place" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >&2) || fail "The packages of $folder could not be installed." "Check the network and run the command again."
    touch "$stamp"
  fi
  echo "$place"
}

page_stamp() {
  (cd "$FRONTEND" && find . -type f -not -path './node_modules/*' -print0 | sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-24
}

ensure_node() {
  local major
  major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
  if [ "${major:-0}" -ge 20 ] && command -v npm >/dev/null; then return 0; fi
  if command -v apt-get >/dev/null; then
    say "Installing Node.js for building the page"
    as_root apt-get install -y -qq nodejs npm >/dev/null 2>&1 || true
    major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
  fi
  [ "${major:-0}" -ge 20 ] && command -v npm >/dev/null
}

ensure_node_modules() {
  ensure_node || fail "The page is built with Node.js 20 or newer, which is not here." "Install Node.js and npm, for example: apt-get install nodejs npm"
  local stamp
  stamp=$FRONTEND/node_modules/.stamp-$(stamp_of "$FRONTEND/package-lock.json")
  [ -e "$stamp" ] && return
  say "Fetching what the page is built with"
  (cd "$FRONTEND" && npm ci --no-audit --no-fund --loglevel=error >&2) || fail "The page's packages could not be installed." "Check the network and run the command again."
  touch "$stamp"
}

ensure_page() { # build the page when its sources changed
  local stamp
  stamp=$(page_stamp)
  [ -e "$PAGE/.stamp-$stamp" ] && return
  ensure_node_modules
  say "Building the page"
  (cd "$FRONTEND" && npm run --silent build >&2) || fail "The page could not be built." "See the messages above."
  touch "$PAGE/.stamp-$stamp"
}

ensure_programs() { # PACKAGE:PROGRAM …: programs from the system's package manager
  local pair missing=()
  for pair in "$@"; do
    command -v "${pair#*:}" >/dev/null || [ -x "/usr/sbin/${pair#*:}" ] || missing+=("${pair%%:*}")
  done
  [ ${#missing[@]} = 0 ] && return
  if command -v apt-get >/dev/null; then
    say "Installing ${missing[*]}"
    if as_root env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"' _ "${missing[@]}" >"$CACHE/apt.log" 2>&1; then return; fi
  fi
  fail "Missing: ${missing[*]}" "apt-get install --no-install-recommends ${missing[*]}"
}

mkdir -p "$CACHE"
