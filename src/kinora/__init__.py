"""Kinora: find any moment in any video you hold, and publish it on a site of your own."""
