"""Which choices are still valid, and why not? Pure: no files, no SQL, no HTTP."""
