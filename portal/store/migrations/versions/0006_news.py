"""news, announcements, and how far each person was told"""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import Instant

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('signups', schema=None) as batch_op:
        batch_op.add_column(sa.Column('news_until', sa.Integer(), nullable=False, server_default='0'))
    op.create_table('told_facts',
    sa.Column('study', sa.String(length=64), nullable=False),
    sa.Column('site', sa.String(length=64), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('study', 'site', name=op.f('pk_told_facts'))
    )
    op.create_table('news',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('study', sa.String(length=64), nullable=False),
    sa.Column('site', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('fact_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_news'))
    )
    op.create_table('announcements',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('study', sa.String(length=64), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('news_from', sa.Integer(), nullable=False),
    sa.Column('news_until', sa.Integer(), nullable=False),
    sa.Column('after', sa.String(length=32), nullable=False),
    sa.Column('written', sa.Integer(), nullable=False),
    sa.Column('finished_at', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_announcements'))
    )
