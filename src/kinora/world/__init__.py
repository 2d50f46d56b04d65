"""A seed → a scene → a rendered clip with exact depth, segmentation, poses and captions: training video and previs."""
