"""What a mail server’s reply means for a delivery (RFC 5321, RFC 3463).

A 5xx is not always about the address: many name *our* server as blocklisted. Such a reply must
never mark a hospital’s address as dead (reliability brief, finding 5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Verdict = Literal[
    "handed_over", "retry", "unreachable", "unknown", "refused", "ours", "paused", "void"
]
Step = Literal["build", "connect", "hello", "tls", "login", "sender", "recipient", "data", "end"]

_BLAMES_US = re.compile(
    r"block|blacklist|black list|deny ?list|listed|reputation|spam|rbl|dnsbl|policy|spf|dkim|dmarc"
    r"|authenticat|relay|rate limit|too many|greylist|your (?:ip|host|server)|rdns|ptr",
    re.IGNORECASE,
)
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended. `text` is the server’s wording, used here and then dropped."""

    step: Step
    verdict: Verdict
    code: int | None = None


def judge(step: Step, code: int, text: str) -> Outcome:
    """Class of a reply that was not the expected one."""
    if step in {"connect", "hello"}:
        # 421 or 554 in the greeting is about us or the moment, never about one address.
        return Outcome(step, "unreachable", code)
    if 400 <= code < 500:
        return Outcome(step, "retry", code)
    if not 500 <= code < 600:
        # What cannot be read is no answer: it passes (F18), but the mail may be there (F16).
        return Outcome(step, "unknown" if step == "end" else "retry", code)
    if step == "recipient" and not _is_ours(text):
        return Outcome(step, "refused", code)
    # About us, our sender, or our template’s content or size: for a person to look at.
    return Outcome(step, "ours", code)


def _is_ours(text: str) -> bool:
    enhanced = _ENHANCED.search(text)
    if enhanced and enhanced[2] == "7":
        return True
    if enhanced and enhanced[2] == "1":
        return False  # the address itself (RFC 3463, x.1.x)
    return bool(_BLAMES_US.search(text))
