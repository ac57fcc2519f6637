"""The process of a service, from its command line to its end. The door of a `__main__` is `start.start`."""
