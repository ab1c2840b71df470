"""Nashboard: live diagnostics for GAN training."""
