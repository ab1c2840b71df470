"""What the doctor says of a whole run, for a terminal, a file or a page."""
