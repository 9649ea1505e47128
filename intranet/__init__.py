"""The intranet of ALC: the core that portals and plugins stand on."""

__version__ = "1.0.0"
