"""Fields over the plane, and labels of batches."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table and the columns."""
    op.create_table(
        "fields",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("step", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time", sa.Float(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("columns", sa.Integer(), nullable=False),
        sa.Column("bounds", sa.JSON(), nullable=False),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["blob"], ["blobs.hash"]),
        sa.PrimaryKeyConstraint("run_id", "name", "step"),
    )
    op.create_index("ix_fields_blob", "fields", ["blob"], unique=False)
    op.add_column("samples", sa.Column("labels", sa.JSON(), nullable=True))
    op.add_column("samples", sa.Column("label_names", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Removes them."""
    op.drop_column("samples", "label_names")
    op.drop_column("samples", "labels")
    op.drop_index("ix_fields_blob", table_name="fields")
    op.drop_table("fields")
