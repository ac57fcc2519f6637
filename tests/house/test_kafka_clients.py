"""Every Kafka client is made by `shared/messaging/kafka/clients.py`: no other place knows addresses, TLS and users."""

import ast
from collections.abc import Iterator

from tests.house.tracked import nodes_of, product

MAKERS = {"AIOKafkaProducer", "AIOKafkaConsumer", "AIOKafkaClient", "AIOKafkaAdminClient", "KafkaBroker", "create_conn"}
FACTORY = {f"shared/src/shared/messaging/kafka/{name}.py" for name in ("clients", "refusal")}


def made(source: str) -> Iterator[str]:
    """The clients that this code constructs, by any name it gives to their class or module."""
    names = {
        alias.asname or alias.name: alias.name
        for node in nodes_of(source)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in MAKERS
    }
    for node in nodes_of(source):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if names.get(name, name) in MAKERS:
            yield f"{node.lineno}: {names.get(name, name)}"


def test_no_client_is_made_beside_the_factory() -> None:
    found = [f"{path}:{one}" for path, text in product().items() if path not in FACTORY for one in made(text)]
    assert not found, "make it in shared/src/shared/messaging/kafka/clients.py"


def test_a_client_under_another_name_is_found() -> None:
    assert list(made("from aiokafka import AIOKafkaProducer as P\nP()")) == ["2: AIOKafkaProducer"]
    assert list(made("import aiokafka\naiokafka.AIOKafkaConsumer('t')")) == ["2: AIOKafkaConsumer"]
    assert not list(made("from aiokafka import AIOKafkaProducer\ndef f(p: AIOKafkaProducer): ..."))
