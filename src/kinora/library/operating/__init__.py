"""Operating an installation: backup, restore, health, logs, upgrades, settings of the site."""
