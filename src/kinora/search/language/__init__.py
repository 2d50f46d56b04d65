"""The search language: text → a typed tree, and back."""
