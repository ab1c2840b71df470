"""What runs inside a training loop: a guest that never raises into it, never blocks it, never changes it."""
