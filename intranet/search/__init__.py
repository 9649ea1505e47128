"""Search through an index: FTS5 on SQLite, tsvector on PostgreSQL."""
