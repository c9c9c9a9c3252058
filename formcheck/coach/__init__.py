"""What is judged: repetitions, faults, cues, and the analyzer that runs them over a stream of poses."""
