"""what hospitals say about themselves, month by month"""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import Instant

revision = '0008'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('site_checks',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('hospital', sa.String(length=128), nullable=False),
    sa.Column('due_at', Instant(), nullable=True),
    sa.Column('asked_at', Instant(), nullable=True),
    sa.Column('reminded_at', Instant(), nullable=True),
    sa.Column('answered_at', Instant(), nullable=True),
    sa.Column('answered_id', sa.String(length=32), nullable=True),
    sa.Column('status', sa.String(length=16), nullable=True),
    sa.Column('languages', sa.String(length=400), nullable=True),
    sa.Column('mailbox', sa.String(length=254), nullable=True),
    sa.Column('mailbox_right', sa.Boolean(), nullable=True),
    sa.Column('confirmed_by', sa.String(length=32), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_checks')),
    sa.UniqueConstraint('hospital', name=op.f('uq_site_checks_hospital'))
    )
