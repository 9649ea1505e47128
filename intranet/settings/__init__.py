"""Values an administrator changes on screen."""
