"""How each route is asked in tests; one that is missing fails tests/web/test_every_route.py.

`get` and `post` are the statuses that the sample may give; an empty tuple = method not allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.support.flows import STUDY

LANGUAGE = "en"
TEXT = {"lang": LANGUAGE, "slug": STUDY}


@dataclass(frozen=True)
class Sample:
    """One way to ask a route. `values` fill its address; `fields` are posted."""

    get: tuple[int, ...] = (200,)
    post: tuple[int, ...] = ()
    values: Mapping[str, str] = field(default_factory=lambda: TEXT)
    fields: tuple[tuple[str, str], ...] = ()
    # What caches may keep: the same for everybody. Everything else says no-store.
    public: bool = True
    # May be posted to from anywhere (RFC 8058): the origin rule’s one exception.
    open_to_all: bool = False


UNKNOWN_TOKEN = {"lang": LANGUAGE, "token": "A" * 43}
_STUDY = "/<lang>/studies/<slug>"
_PRIVATE = Sample(get=(404,), post=(404,), values=UNKNOWN_TOKEN, public=False)
SAMPLES: Mapping[str, Sample] = {
    "/": Sample(get=(302,), public=False),
    "/healthz": Sample(public=False),
    "/readyz": Sample(public=False),
    "/metrics": Sample(public=False),
    "/robots.txt": Sample(),
    "/sitemap.xml": Sample(),
    "/static/<mark>/<name>": Sample(values={"mark": "x", "name": "portal.css"}),
    "/<lang>/": Sample(),
    "/<lang>/other-studies": Sample(post=(303,), fields=(("country", "NL"),)),
    "/<lang>/privacy": Sample(),
    "/<lang>/updates": Sample(post=(422,), fields=(("email", "nobody"),)),
    "/<lang>/updates/sent/<token>": Sample(
        get=(404,), post=(404,), values={"lang": LANGUAGE, "token": "A" * 43}, public=False
    ),
    "/<lang>/updates/confirm/<token>": _PRIVATE,
    "/<lang>/updates/manage/<token>": _PRIVATE,
    "/<lang>/updates/stop/<token>": replace(_PRIVATE, open_to_all=True),
    "/<lang>/accessibility": Sample(),
    f"{_STUDY}/": Sample(),
    f"{_STUDY}/questions": Sample(),
    f"{_STUDY}/rules": Sample(),
    f"{_STUDY}/words": Sample(),
    f"{_STUDY}/for-doctors": Sample(),
    f"{_STUDY}/hospitals": Sample(),
    f"{_STUDY}/contact": Sample(post=(422,), fields=(("first_name", "Ann"),)),
    f"{_STUDY}/contact/check": Sample(
        get=(303,), post=(400,), fields=(("draft", "nothing"), ("action", "send")), public=False
    ),
    f"{_STUDY}/check": Sample(),
    f"{_STUDY}/check/<position:number>": Sample(
        values=TEXT | {"number": "1"}, post=(422,), fields=(("answer", "no such"),), public=False
    ),
    f"{_STUDY}/check/answers": Sample(public=False),
    f"{_STUDY}/check/result": Sample(post=(400,), fields=(("action", "no such"),), public=False),
    f"{_STUDY}/check/delete": Sample(get=(), post=(303,), public=False),
    f"{_STUDY}/check/deleted": Sample(public=False),
    f"{_STUDY}/check/ended": Sample(public=False),
    "/<lang>/requests/<token>": Sample(get=(404,), values=UNKNOWN_TOKEN, public=False),
    "/<lang>/requests/<token>/withdraw": _PRIVATE,
    "/<lang>/requests/<token>/erase": _PRIVATE,
    "/<lang>/requests/<token>/stop": _PRIVATE,
    "/site/<token>": _PRIVATE,
    "/site/check/<token>": _PRIVATE,
}
