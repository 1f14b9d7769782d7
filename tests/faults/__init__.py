"""What breaks, one after the other, under clients that never stop talking."""
