"""Who is there: logging in and out, joining by invitation, and the pages about people."""
