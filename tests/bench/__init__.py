"""``./dev bench``: what a page costs next to a bare view that does the same by hand."""
