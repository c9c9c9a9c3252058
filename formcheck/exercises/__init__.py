"""What is asked for: one TOML file per exercise and its schema."""
