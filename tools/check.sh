#!/bin/sh
# Every check that needs no running site, side by side. All of them run, so that one round shows
# all there is to do.
cd "$(dirname "$0")/.." || exit 2
bin=.venv/bin
logs=$(mktemp -d) || exit 2
trap 'rm -rf "$logs"' EXIT
started=
failed=

check() {
    name=$1
    shift
    printf '%s\n' "$*" >"$logs/$name.command"
    "$@" >"$logs/$name" 2>&1 &
    started="$started $name:$!"
}

check types $bin/mypy --no-error-summary
check format $bin/ruff format --quiet --check .
check lint $bin/ruff check --quiet .
check layers $bin/lint-imports --no-cache
check templates $bin/djlint --quiet --lint templates
check study $bin/flask study check
check languages $bin/flask languages check

for one in $started; do
    name=${one%:*}
    if ! wait "${one#*:}"; then
        failed="$failed ‘$name’"
        # The first lines say where to begin; the command shows the rest.
        head -n 30 "$logs/$name"
        printf '✗ %s: %s\n\n' "$name" "$(cat "$logs/$name.command")"
    fi
done

if [ -n "$failed" ]; then
    echo "make check: not right yet:$failed" >&2
    exit 1
fi
echo "make check: all right"
