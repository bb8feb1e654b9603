"""The command line: one module a noun, each composed of what lies below."""
