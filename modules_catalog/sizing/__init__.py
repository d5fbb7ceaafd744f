"""What must a pair of jeans measure, and which stocked pieces can become it? Body, target, components, trims."""
