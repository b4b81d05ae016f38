"""Where a POST comes from decides, not a token: a form that lay open for a day still works.

Rule (architecture, ‘Forms’): refuse if `Sec-Fetch-Site` is `cross-site` or `same-site`, or if
that header is absent and `Origin` is present, is not `null` and is not an allowed one.
"""

from __future__ import annotations

from collections.abc import Collection


def is_foreign(fetch_site: str | None, origin: str | None, allowed: Collection[str]) -> bool:
    """True if another site’s page sent this POST. The first two are those headers, if present."""
    if fetch_site is not None:
        return fetch_site.strip().lower() in {"cross-site", "same-site"}
    return origin is not None and origin != "null" and origin.lower() not in allowed


def allowed_origins(base_url: str, port: int, *, public: bool) -> frozenset[str]:
    """The base URL; on a developer’s machine also its other names."""
    if public:
        return frozenset({base_url.lower()})
    local = {f"http://{host}:{port}" for host in ("127.0.0.1", "localhost", "[::1]")}
    return frozenset({base_url.lower(), *local})


def allowed_hosts(origins: Collection[str]) -> frozenset[str]:
    """The same as values of the Host header, default ports left out."""
    hosts = set()
    for origin in origins:
        scheme, _, host = origin.partition("://")
        hosts.add(host.removesuffix(":443" if scheme == "https" else ":80"))
        hosts.add(host)
    return frozenset(hosts)
