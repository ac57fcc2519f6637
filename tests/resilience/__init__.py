"""The promise under fire: nothing acknowledged is lost or counted twice while processes die around it."""
