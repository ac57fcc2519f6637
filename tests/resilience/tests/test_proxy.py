"""The network that faults are made of."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.resilience.stage.proxy import Network, Proxy
from tiendo_local.servers.ports import Ports


@pytest.fixture
def network(outside: None) -> Iterator[Network]:
    network = Network()
    network.start()
    yield network
    network.stop()


@pytest.fixture
async def proxied(network: Network, tmp_path: Path) -> AsyncIterator[tuple[Proxy, int]]:
    """A proxy before a server that answers what it is told, and the proxy's port."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    ports = Ports(tmp_path / "ports.json")
    port, upstream = ports.get("proxy"), ports.get("server")
    async with await asyncio.start_server(echo, "127.0.0.1", upstream):
        yield network.proxy(port, lambda: upstream), port


async def test_what_is_sent_passes(proxied: tuple[Proxy, int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxied[1])
    writer.write(b"x" * 1_000_000)
    writer.write_eof()
    async with asyncio.timeout(10):
        assert len(await reader.read(-1)) == 1_000_000
    writer.close()


async def test_a_cut_resets_and_new_connections_pass(network: Network, proxied: tuple[Proxy, int]) -> None:
    proxy, port = proxied
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"before")
    assert await reader.readexactly(6) == b"before"
    network.call(proxy.cut)
    with pytest.raises(ConnectionResetError):
        async with asyncio.timeout(10):
            await reader.readexactly(1)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"after")
    async with asyncio.timeout(10):
        assert await reader.readexactly(5) == b"after"
    writer.close()


async def test_a_stall_holds_back_and_loses_nothing(network: Network, proxied: tuple[Proxy, int]) -> None:
    proxy, port = proxied
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"before")
    assert await reader.readexactly(6) == b"before"
    network.call(proxy.stall)
    writer.write(b"during")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await reader.readexactly(1)
    network.call(proxy.resume)
    async with asyncio.timeout(10):
        assert await reader.readexactly(6) == b"during"
    writer.close()
