"""The table of all commands, one file a view."""
