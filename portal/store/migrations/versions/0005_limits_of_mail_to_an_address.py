"""one count of unasked mails to an address, for all forms together"""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import Instant

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mail_limits',
    sa.Column('fingerprint', sa.LargeBinary(), nullable=False),
    sa.Column('times', sa.Text(), nullable=False),
    sa.Column('last_at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('fingerprint', name=op.f('pk_mail_limits'))
    )
