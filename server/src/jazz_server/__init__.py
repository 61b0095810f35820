"""The Jazz server: typed blocks, kinds and compiled pipelines over one port."""
