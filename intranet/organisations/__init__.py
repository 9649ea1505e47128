"""ALC, its pôles, sites and phases; bailleurs and partners."""
