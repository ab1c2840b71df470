"""How many steps of a run were thinned."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column."""
    op.add_column("runs", sa.Column("thinned", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Removes it."""
    op.drop_column("runs", "thinned")
