"""What a clinic adds to a judged set: which one needs an eye, how far verdicts agree, what is prescribed."""
