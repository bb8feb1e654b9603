"""Money that comes without a card: references, promises, bank statements, and what is due."""
