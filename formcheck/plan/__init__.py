"""Which exercise next and how much: symptoms, red flags, progression."""
