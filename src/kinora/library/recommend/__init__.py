"""What to watch next, and why: neighbours found ahead of time, a feed and related videos made from them."""
