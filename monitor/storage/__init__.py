"""SQLAlchemy Core tables and queries: runs, series (points and rollups), samples, blobs."""
