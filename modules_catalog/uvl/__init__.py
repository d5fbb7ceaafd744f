"""What does a feature model written in the Universal Variability Language (UVL) say, as a catalog? See docs/uvl.md."""
