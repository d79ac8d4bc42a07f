"""Speed and size of Daliz's engines beside the field's own tools; each module has a `main()`."""
