"""What people do with videos beside watching them: lists, likes, subscriptions, what is replayed."""
