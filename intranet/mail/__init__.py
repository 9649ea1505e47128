"""Mail: written from templates, in the reader's language, sent by the outbox."""
