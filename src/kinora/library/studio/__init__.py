"""The studio: what an owner does with a video after it came: say more about it, edit, replace, redo, import."""
