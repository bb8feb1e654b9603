"""What is kept of readers: shown, handed out, deleted, and reported on."""
