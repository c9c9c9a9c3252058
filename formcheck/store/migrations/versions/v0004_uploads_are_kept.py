"""An upload is always one to keep: what is only looked at never comes this way."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.drop_column("upload", "purpose")


def downgrade() -> None:
    """Go back."""
    op.add_column("upload", sa.Column("purpose", sa.String(length=16), nullable=False, server_default="keep"))
