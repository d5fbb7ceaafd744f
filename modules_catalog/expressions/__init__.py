"""How are rules, prices and times written? One small language: syntax tree, parser, evaluation."""
