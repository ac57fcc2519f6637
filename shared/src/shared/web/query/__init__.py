"""What a query may say: parameters that every list reads alike, and the check that refuses what was not understood."""
