"""What charts look like: pure functions from data to plotly's JSON. The browser fills in the points."""
