"""What other systems of the paper may ask: handing rights over."""
