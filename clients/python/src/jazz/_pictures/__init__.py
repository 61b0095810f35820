"""Pictures of descriptions: as HTML for notebooks and as characters for terminals."""
