"""Live watch: cues that were sent while a set was going on are told from other words."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("remark", sa.Column("live", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Go back; the words stay."""
    op.drop_column("remark", "live")
