"""Chantiers: right to start, tasks, hours, photos, session notes, handover."""
