"""Django pages, player, JSON API and feeds."""
