"""Remote review: the queue, one set and two side by side, agreement, prescriptions."""
