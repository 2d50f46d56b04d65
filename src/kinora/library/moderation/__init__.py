"""Defence and order: rate limits, reports, decisions, filters, trash, quotas."""
