#!/bin/sh
# Every check that needs no running site. All of them run, so that one round shows all there is to do.
cd "$(dirname "$0")/.." || exit 2
bin=.venv/bin
failed=

check() {
    name=$1
    shift
    if ! output=$("$@" 2>&1); then
        failed="$failed ‘$name’"
        # The first lines say where to begin; the command shows the rest.
        printf '%s\n' "$output" | head -n 30
        printf '✗ %s: %s\n\n' "$name" "$*"
    fi
}

check format $bin/ruff format --quiet --check .
check lint $bin/ruff check --quiet .
check types $bin/mypy --no-error-summary
check layers $bin/lint-imports --no-cache
check templates $bin/djlint --quiet --lint templates
check study $bin/flask study check
check languages $bin/flask languages check

if [ -n "$failed" ]; then
    echo "make check: not right yet:$failed" >&2
    exit 1
fi
echo "make check: all right"
