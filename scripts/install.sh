#!/bin/sh
# Checks what this machine must have, then installs the packages of the lock files where they are
# missing or the lock has changed. Asks nothing. Exit status 2: the machine lacks something,
# one line each says what.
#
# Usage: scripts/install.sh [--python-only | --with-scan | --find-python]
#   --python-only   leaves the Node packages out
#   --with-scan     adds what the tests scan and validate modules with, scan/Pipfile.lock
#   --find-python   only prints the Python that would be used
# PYTHON=/path/to/python chooses the Python of a new environment.
set -eu

cd -- "$(dirname -- "$0")/.."

# The version in the first line a command prints; empty where it cannot be run.
version_of() {
    "$@" </dev/null 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9][0-9]*\.[0-9][0-9.]*\).*/\1/p'
}

at_least() { # FOUND MAJOR MINOR
    rest=${1#*.}
    [ "${1%%.*}" -gt "$2" ] || { [ "${1%%.*}" -eq "$2" ] && [ "${rest%%.*}" -ge "$3" ]; }
}

missing=0
lacks() { # WHAT FOUND REMEDY
    printf '%s: %s; install %s\n' "$1" "$2" "$3" >&2
    missing=1
}

python_version() {
    version_of "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])'
}

# Sets `python`, or else `unsuitable` to what was there instead. A name on PATH may be a version
# manager's stand-in that runs nothing: only running it tells.
find_python() {
    unsuitable="not found"
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
        unsuitable="found no $PYTHON"
    else
        set -- python3.13 python3.12 python3.11 python3 python
    fi
    for python in "$@"; do
        found=$(command -v "$python") || continue
        version=$(python_version "$python")
        if [ -z "$version" ]; then
            unsuitable="found $found, which does not run"
        elif at_least "$version" 3 11; then
            return 0
        else
            unsuitable="found $version ($found)"
        fi
    done
    python=
}

require() { # NAME COMMAND MAJOR MINOR REMEDY VERSION-ARGUMENT
    if ! found=$(command -v "$2"); then
        lacks "$1" "not found" "$5"
        return
    fi
    version=$(version_of "$2" "$6")
    if [ -z "$version" ]; then
        lacks "$1" "found $found, which does not run" "$5"
    elif ! at_least "$version" "$3" "$4"; then
        lacks "$1" "found $version ($found)" "$5"
    fi
}

if [ "${1:-}" = --find-python ]; then
    find_python
    [ -n "$python" ] && echo "$python"
    exit
fi

# An environment that works is its own Python; a broken or outdated one is made anew.
environment=$(python_version .venv/bin/python)
if [ -n "$environment" ] && at_least "$environment" 3 11; then
    python=.venv/bin/python
else
    environment=
    find_python
fi
if [ -z "$python" ]; then
    lacks Python "$unsuitable" "Python 3.11 or newer, https://www.python.org/downloads/"
elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    lacks "Python's venv" "$python comes without it" "python3-venv (Debian, Ubuntu), or a complete Python"
fi
require Node node 20 0 "Node 20 or newer, https://nodejs.org/" --version
command -v npm >/dev/null || lacks npm "not found" "npm (Debian, Ubuntu), or a complete Node, https://nodejs.org/"
export CHECKPOINT_DISABLE=1 # Terraform asks for its newest version otherwise
require Terraform terraform 1 10 "Terraform 1.10 or newer, https://developer.hashicorp.com/terraform/install" version
command -v make >/dev/null || lacks make "not found" "make"
[ "$missing" -eq 0 ] || exit 2

# What was installed is kept as a copy of its lock, written last.
if [ -z "$environment" ] || ! cmp -s Pipfile.lock .venv/Pipfile.lock; then
    echo "Installing the Python packages of Pipfile.lock"
    if [ -n "$environment" ]; then
        sh scripts/pipenv sync --dev
    else
        rm -rf .venv
        PYTHON=$python sh scripts/pipenv sync --dev --python "$(command -v "$python")"
    fi
    cp Pipfile.lock .venv/Pipfile.lock
fi
if [ "${1:-}" != --python-only ] && ! cmp -s package-lock.json node_modules/.package-lock.installed; then
    echo "Installing the Node packages of package-lock.json"
    npm ci --no-audit --no-fund --loglevel=error
    cp package-lock.json node_modules/.package-lock.installed
fi
# An environment of its own: what it needs contradicts Pipfile.lock.
if [ "${1:-}" = --with-scan ] && { [ -z "$(python_version scan/.venv/bin/python)" ] || ! cmp -s scan/Pipfile.lock scan/.venv/Pipfile.lock; }; then
    echo "Installing the Python packages of scan/Pipfile.lock"
    rm -rf scan/.venv
    TANDEM_PIPFILE=scan/Pipfile sh scripts/pipenv sync --python "$(pwd)/.venv/bin/python"
    cp scan/Pipfile.lock scan/.venv/Pipfile.lock
fi
