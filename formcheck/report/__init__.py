"""What is shown afterwards: overlay video, figures, documents, tables."""
