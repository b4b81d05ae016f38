#!/bin/sh
# Installs what the tests need beside Python: Chromium, PostgreSQL, Java and npm (for the HTML
# checker vnu), fonts for Arabic and Hebrew, i18nspector for catalogues; with the word ‘full’ also
# Postfix. Does nothing when all is there.
# Of Chromium the tests want the headless shell, which opens pages several times as fast
# (docs/decisions/dependencies.md); Chromium itself does where the shell cannot be had.
set -eu
cd "$(dirname "$0")/.."

packages=
need() {
    packages="$packages $1"
}

may_install() {
    command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]
}

if ! command -v chromium-headless-shell >/dev/null \
    && { may_install || ! command -v chromium >/dev/null; }; then
    need chromium-headless-shell
fi
command -v java >/dev/null || need default-jre-headless
command -v npm >/dev/null || need npm
for program in initdb postgres; do
    ls /usr/lib/postgresql/*/bin/$program >/dev/null 2>&1 || command -v $program >/dev/null \
        || { need postgresql; break; }
done
ls /usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf >/dev/null 2>&1 || need fonts-noto-core
command -v i18nspector >/dev/null || need i18nspector
if [ "${1:-}" = full ]; then
    command -v postfix >/dev/null || [ -x /usr/sbin/postfix ] || need postfix
fi

if [ -n "$packages" ]; then
    install="apt-get install --yes --no-install-recommends$packages"
    if ! command -v apt-get >/dev/null; then
        echo "The tests need programs that only apt-get is known to install here:$packages." >&2
        echo "Install them, then run make test again." >&2
        exit 2
    elif [ "$(id -u)" -ne 0 ]; then
        echo "The tests need programs that only root may install. Run this, then make test again:" >&2
        echo "  sudo apt-get update && sudo $install" >&2
        exit 2
    fi
    echo "Installing$packages …"
    # Ubuntu’s archive and older ones have no shell.
    with_chromium=$(printf %s "$install" | sed s/chromium-headless-shell/chromium/)
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    # shellcheck disable=SC2086  # one word per package
    if ! { apt-get update && { $install || $with_chromium; }; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "This did not work: apt-get update && $install" >&2
        # With Chromium here, nothing is missing but speed.
        [ "$packages" = " chromium-headless-shell" ] && command -v chromium >/dev/null || exit 2
    fi
    rm -f "$log"
fi

checker=tests/browser/node_modules/vnu-jar/build/dist/vnu.jar
if [ ! -e "$checker" ] || [ tests/browser/package-lock.json -nt "$checker" ]; then
    echo "Installing the HTML checker …"
    (cd tests/browser && npm ci --silent --no-audit --no-fund)
    touch "$checker"
fi
