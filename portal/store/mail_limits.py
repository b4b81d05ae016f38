"""How often an address was written to that nobody has confirmed, over all forms together.

Only a keyed hash of the address, made for this use alone, and times. Gone after 30 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from portal.security.keys import Keys
from portal.store.requests import comparable
from portal.store.tables import mail_limits
from portal.store.upsert import insert_or

KEPT = timedelta(days=30)
_PURPOSE = "mail-limit"


def take(
    db: Connection, keys: Keys, email: str, now: datetime, ceilings: Mapping[int, int]
) -> bool:
    """Count one mail to this address; False, and nothing counted, once a ceiling is reached.

    `ceilings`: mails by days. The row is locked, so two forms at once cannot both have the last
    place (reliability brief, A7).
    """
    address = comparable(email)
    own = keys.fingerprint(address, _PURPOSE)
    _lock(db, own, now)
    others = mail_limits.c.fingerprint.in_(keys.fingerprints(address, _PURPOSE))
    rows = db.execute(select(mail_limits.c.fingerprint, mail_limits.c.times).where(others)).all()
    counted = {row.fingerprint: row.times.split() for row in rows}
    seconds = [float(time) for times in counted.values() for time in times]
    free = all(
        sum(time > (now - timedelta(days=days)).timestamp() for time in seconds) < ceiling
        for days, ceiling in ceilings.items()
    )
    most = max(ceilings.values())
    kept = [*counted[own], f"{now.timestamp():.0f}"][-most:] if free else counted[own]
    last_at = datetime.fromtimestamp(float(kept[-1]), UTC) if kept else now
    # Written also when it changes nothing, so that a refusal takes as long as a yes.
    mine = update(mail_limits).where(mail_limits.c.fingerprint == own)
    db.execute(mine.values(times=" ".join(kept), last_at=last_at))
    return free


def forget_before(db: Connection, moment: datetime) -> int:
    return db.execute(delete(mail_limits).where(mail_limits.c.last_at < moment)).rowcount


def _lock(db: Connection, fingerprint: bytes, now: datetime) -> None:
    """Make the row or hold it until the transaction ends, in one statement."""
    row = insert_or(db, mail_limits).values(fingerprint=fingerprint, times="", last_at=now)
    unchanged = {"fingerprint": row.excluded.fingerprint}
    db.execute(row.on_conflict_do_update(index_elements=["fingerprint"], set_=unchanged))
