"""The pages' layouts: headings, controls and named places that the browser's scripts fill."""
