"""Which extractor a run's samples are measured with."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column: until now there was one extractor."""
    op.add_column("runs", sa.Column("extractor", sa.String(length=100), server_default="pooled-pixels", nullable=False))


def downgrade() -> None:
    """Removes it."""
    op.drop_column("runs", "extractor")
