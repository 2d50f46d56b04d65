"""English dates: the day before the month, as people outside the United States write them."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y H:i"
