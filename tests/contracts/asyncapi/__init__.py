"""The AsyncAPI document of each service: its topics as channels, what it sends and what it receives."""
