"""`nashboard demo`: a service and two trainings side by side, each a process of its own."""
