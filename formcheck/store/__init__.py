"""What is kept: database, media, accounts."""
