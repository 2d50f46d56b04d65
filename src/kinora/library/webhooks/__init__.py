"""Webhooks: programs that are told of events; a person's own for their channels' videos, the site's for everything."""
