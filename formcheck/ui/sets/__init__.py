"""*My sets*: what a person chose to keep, what they share of it, and how it is taken along or deleted."""
