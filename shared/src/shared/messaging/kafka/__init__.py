"""How this system reaches Kafka: every client of services and tools is made here."""
