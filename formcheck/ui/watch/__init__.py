"""Live watch: a clinician looks on while a patient does a set, and sends one cue at a time."""
