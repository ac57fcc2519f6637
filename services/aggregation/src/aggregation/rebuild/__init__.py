"""Computing the state anew beside the live one, comparing the two, and putting the new one in its place."""
