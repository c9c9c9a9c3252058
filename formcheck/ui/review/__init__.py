"""*Review a recording*: a file goes in, a judged set comes out, and the person may correct it."""
