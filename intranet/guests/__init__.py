"""People without an account: a reference and a code open one split to a bailleur's agent or to a household."""
