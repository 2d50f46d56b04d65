"""English words that say nothing by themselves."""

from __future__ import annotations

_STOP_WORDS = """
    a about after all also am an and any are as at be because been before being but by can could did do does doing
    dont for from had has have he her here hers him his how i if in into is it its itself just like me more most my no
    nor not of off on once only or other our out over own same she should so some such than that the their them then
    there these they this those through to too under until up very was we were what when where which while who whom
    why will with would you your yours im ive id youre youll theyre weve cant wont didnt isnt
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
