"""The graph of linked pipelines as Mermaid, as DOT and as SVG."""
