"""Whether a map has t-SNE places: principal components come first."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column: maps that there are have both."""
    op.add_column("projections", sa.Column("laid_out", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    """Removes it."""
    op.drop_column("projections", "laid_out")
