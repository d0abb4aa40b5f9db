"""The `keyhole` command: one file a command."""
