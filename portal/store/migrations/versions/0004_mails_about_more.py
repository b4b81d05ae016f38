"""mails about more than requests: sign-ups, what waits for confirmation, hospitals"""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import Instant

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_ABOUT = ('request_id', 'confirmation_id', 'signup_id', 'hospital')
_ONE_SET = ' + '.join(f'(CASE WHEN {name} IS NULL THEN 0 ELSE 1 END)' for name in _ABOUT)


def upgrade() -> None:
    op.create_table('signups',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('email_fingerprint', sa.LargeBinary(), nullable=False),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('country', sa.LargeBinary(), nullable=False),
    sa.Column('illness', sa.LargeBinary(), nullable=False),
    sa.Column('age_group', sa.LargeBinary(), nullable=False),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('confirmed_at', Instant(), nullable=False),
    sa.Column('consent_version', sa.String(length=32), nullable=False),
    sa.Column('consent_language', sa.String(length=16), nullable=False),
    sa.Column('consent_at', Instant(), nullable=False),
    sa.Column('last_news_at', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signups')),
    sa.UniqueConstraint('email_fingerprint', name=op.f('uq_signups_email_fingerprint'))
    )
    op.create_table('confirmations',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('signup_id', sa.String(length=32), nullable=True),
    sa.Column('email_fingerprint', sa.LargeBinary(), nullable=False),
    sa.Column('email', sa.LargeBinary(), nullable=True),
    sa.Column('country', sa.LargeBinary(), nullable=True),
    sa.Column('illness', sa.LargeBinary(), nullable=True),
    sa.Column('age_group', sa.LargeBinary(), nullable=True),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('consent_version', sa.String(length=32), nullable=False),
    sa.Column('consent_language', sa.String(length=16), nullable=False),
    sa.Column('used_at', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['signup_id'], ['signups.id'], name=op.f('fk_confirmations_signup_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_confirmations'))
    )
    for column in ('email_fingerprint', 'created_at', 'signup_id'):
        op.create_index(op.f(f'ix_confirmations_{column}'), 'confirmations', [column])

    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.drop_index('ix_deliveries_state_due_at')
        batch_op.add_column(sa.Column('lane', sa.SmallInteger(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('confirmation_id', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('signup_id', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('hospital', sa.String(length=128), nullable=True))
        batch_op.alter_column('request_id', existing_type=sa.String(length=32), nullable=True)
        batch_op.create_foreign_key('fk_deliveries_confirmation_id', 'confirmations', ['confirmation_id'], ['id'], ondelete='CASCADE')
        batch_op.create_foreign_key('fk_deliveries_signup_id', 'signups', ['signup_id'], ['id'], ondelete='CASCADE')
        batch_op.create_check_constraint('ck_deliveries_about_one', f'{_ONE_SET} = 1')
    # A lease’s end is now when its mail is due again.
    op.execute("UPDATE deliveries SET due_at = lease_until WHERE state = 'sending'")
    op.execute("UPDATE deliveries SET due_at = NULL WHERE state IN ('handed_over', 'parked', 'failed')")
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.drop_column('lease_until')
        batch_op.create_index(batch_op.f('ix_deliveries_lane_due_at'), ['lane', 'due_at'])
        for column in ('confirmation_id', 'signup_id', 'hospital'):
            batch_op.create_index(batch_op.f(f'ix_deliveries_{column}'), [column])
