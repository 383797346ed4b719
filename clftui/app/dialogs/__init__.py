"""Modal sheets over the main screen: a prompt, the palette, the help."""
