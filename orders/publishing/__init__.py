"""May this catalog be published? What solving finds wrong with it, beside what can be seen without."""
