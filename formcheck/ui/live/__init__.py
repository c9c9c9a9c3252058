"""*Exercise live*: a thin page round `formcheck.live`, which holds every rule."""
