"""Works set against the rent (loi n° 89-462, art. 6 a), agreed on exact figures by bailleur and tenant."""
