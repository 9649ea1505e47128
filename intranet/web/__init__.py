"""What every page uses: forms, lists, navigation, errors, security headers, formatting."""
