"""Features that came with batches."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns."""
    op.add_column("samples", sa.Column("features", sa.String(length=64), nullable=True))
    op.add_column("samples", sa.Column("extractor", sa.String(length=100), nullable=True))
    op.create_index("ix_samples_features", "samples", ["features"], unique=False)


def downgrade() -> None:
    """Removes them."""
    op.drop_index("ix_samples_features", table_name="samples")
    op.drop_column("samples", "extractor")
    op.drop_column("samples", "features")
