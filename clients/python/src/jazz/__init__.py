"""Jazz: typed data, kinds and compiled sparse pipelines."""
