"""What is held about a household: shown to it on request, and erased when its time has come (``domain.md`` §6)."""
