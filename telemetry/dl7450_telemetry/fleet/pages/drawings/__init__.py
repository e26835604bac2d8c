"""Drawings that the server makes: SVG with classes for colours, as the pages have no inline style."""
