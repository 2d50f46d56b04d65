"""Words and conditions → latents → a clip: one denoising operation over the whole spacetime latent."""
