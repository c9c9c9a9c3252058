"""The plan's pages: today, the questions that come first, how it feels, progress."""
