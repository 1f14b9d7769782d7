"""Programs for those who run and develop ChatConnet."""
