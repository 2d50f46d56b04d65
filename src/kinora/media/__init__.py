"""A file becomes facts, frames, sound, renditions and manifests. The only room that touches PyAV and FFmpeg."""
