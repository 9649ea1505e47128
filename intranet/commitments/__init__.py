"""What a bailleur undertook by contract: due, done with its proof, confirmed."""
