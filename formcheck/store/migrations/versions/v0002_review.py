"""Review: verdicts on repetitions, what was looked through, remarks, phrases."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "phrase",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("phrase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phrase_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "remark",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("set_id", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=True),
        sa.Column("answer_to", sa.String(length=32), nullable=True),
        sa.Column("by_patient", sa.Boolean(), nullable=False),
        sa.Column("moment_s", sa.Double(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answer_to"], ["remark.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["set_id"], ["exercise_set.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_answer_to"), ["answer_to"], unique=False)
        batch_op.create_index(batch_op.f("ix_remark_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_remark_of_set", ["set_id", "at"], unique=False)

    op.create_table(
        "repetition_mark",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("set_id", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=True),
        sa.Column("exercise_id", sa.String(length=200), nullable=False),
        sa.Column("rep", sa.Integer(), nullable=False),
        sa.Column("peak_s", sa.Double(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("own_verdict", sa.String(length=16), nullable=False),
        sa.Column("own_faults", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["set_id"], ["exercise_set.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("set_id", "author_id", "rep"),
    )
    with op.batch_alter_table("repetition_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_repetition_mark_author_id"), ["author_id"], unique=False)

    op.create_table(
        "set_review",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("set_id", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["set_id"], ["exercise_set.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("set_id", "author_id"),
    )
    with op.batch_alter_table("set_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_set_review_author_id"), ["author_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("set_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_set_review_author_id"))

    op.drop_table("set_review")
    with op.batch_alter_table("repetition_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_repetition_mark_author_id"))

    op.drop_table("repetition_mark")
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.drop_index("ix_remark_of_set")
        batch_op.drop_index(batch_op.f("ix_remark_author_id"))
        batch_op.drop_index(batch_op.f("ix_remark_answer_to"))

    op.drop_table("remark")
    with op.batch_alter_table("phrase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phrase_owner_id"))

    op.drop_table("phrase")
