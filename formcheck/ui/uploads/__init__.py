"""What goes in and out of the store beside the pages: recordings as streams, media, and their analysis."""
