"""Training of the embedded model: clips → latents → a denoiser."""
