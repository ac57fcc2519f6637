"""What this process does with its own spans as they end, beside exporting them."""
