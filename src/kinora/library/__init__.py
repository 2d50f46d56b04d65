"""Django rows and verbs: add, publish, replace, delete, find, enqueue."""
