#!/bin/sh
# Makes .venv with the first Python on the path that is new enough, or says what to install.
set -eu
cd "$(dirname "$0")/.."

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python=
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if new_enough "$candidate"; then
        python=$candidate
        break
    fi
done

if [ -z "$python" ]; then
    found=$(python3 --version 2>&1) || found="no python3"
    echo "The portal needs Python 3.11 or newer; here is ${found}." >&2
    echo "Install one, or name it: make setup PYTHON=/path/to/python3.11" >&2
    exit 2
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    echo "Python’s venv is missing. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2
    exit 2
fi
"$python" -m venv .venv
