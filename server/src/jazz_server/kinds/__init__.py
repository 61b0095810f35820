"""The type system: what data is, whether a value is of a type, and why not."""
