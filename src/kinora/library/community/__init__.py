"""What people say to each other: comments under videos and posts, posts of channels."""
