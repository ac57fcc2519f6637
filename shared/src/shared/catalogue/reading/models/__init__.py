"""The eight files of a plan. To add a key, add its line to its entry, and to the dataclass that carries it on."""
