"""People who sign in: users, memberships, invitations, second factor, sessions."""
