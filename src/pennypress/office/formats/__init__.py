"""How dates are written where Django's own way would surprise the paper's readers."""
