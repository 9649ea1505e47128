"""The catalogue, the split of works line by line, and the participation contract."""
