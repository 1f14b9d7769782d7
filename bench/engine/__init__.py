"""How fast the engine is, beside what it is measured against: see bench/README.md."""
