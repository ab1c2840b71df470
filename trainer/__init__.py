"""The built-in GAN trainer: data, networks, losses and a loop, watched through the public SDK."""
