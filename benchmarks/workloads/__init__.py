"""What is measured: one module a family, the same work in every library side by side."""
