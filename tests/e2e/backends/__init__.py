"""Where the spans of a run go beside its own files: a collector of ours, and Jaeger."""
