"""notes that a family shares, encrypted in its browser"""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import Instant

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('shared_notes',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('ends_at', Instant(), nullable=False),
    sa.Column('ciphertext', sa.LargeBinary(), nullable=True),
    sa.Column('salt', sa.LargeBinary(), nullable=True),
    sa.Column('proof_hash', sa.LargeBinary(), nullable=True),
    sa.Column('end_hash', sa.LargeBinary(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('locked_until', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shared_notes'))
    )
    with op.batch_alter_table('shared_notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shared_notes_ends_at'), ['ends_at'], unique=False)
