"""Before and after: a base setting and variants of it, over seeds, and what the variants changed."""
