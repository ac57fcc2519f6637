"""Speed as ratios to floors measured in the same run: machines are noisy, ratios less so. `make bench`."""
