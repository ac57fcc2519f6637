"""Records as they lie in Kafka, read without decoding what the client chokes on.

Record batch of message format v2: https://kafka.apache.org/documentation/#recordbatch. aiokafka's own readers decode
header names as UTF-8 on the way; the layout's constants, the codecs and the checksum are theirs.
"""

import asyncio
from dataclasses import dataclass

from aiokafka import ConsumerRecord, TopicPartition, codec
from aiokafka.errors import KafkaError, LeaderNotAvailableError, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.default_records import DefaultRecordBase
from aiokafka.record.util import calc_crc32c, decode_varint

from shared.messaging.kafka import clients
from shared.settings import KafkaSettings

FETCH_BYTES = 4 * 2**20
FETCH_SECONDS = 20.0
_HEADER = DefaultRecordBase.HEADER_STRUCT
_LENGTH_ENDS = DefaultRecordBase.AFTER_LEN_OFFSET
_DECODERS = {
    DefaultRecordBase.CODEC_NONE: bytes,
    DefaultRecordBase.CODEC_GZIP: codec.gzip_decode,
    DefaultRecordBase.CODEC_SNAPPY: codec.snappy_decode,
    DefaultRecordBase.CODEC_LZ4: codec.lz4_decode,
    DefaultRecordBase.CODEC_ZSTD: codec.zstd_decode,
}


class UnreadableBatch(Exception):
    """`batch`: its bytes as fetched; `next_offset`: where the partition goes on behind it."""

    def __init__(self, reason: str, batch: bytes, next_offset: int) -> None:
        super().__init__(reason)
        self.batch = batch
        self.next_offset = next_offset


class NothingFetched(KafkaError):  # type: ignore[misc]
    """Kafka gave no bytes at or behind the offset. To be tried again."""

    retriable = True


@dataclass(frozen=True)
class RawRecord:
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[bytes, bytes | None], ...]

    def decoded(self, partition: TopicPartition) -> ConsumerRecord | None:
        """As the client would have given it; None when a header's name is no text."""
        try:
            headers = tuple((name.decode(), content) for name, content in self.headers)
        except UnicodeDecodeError:
            return None
        return ConsumerRecord(
            topic=partition.topic,
            partition=partition.partition,
            offset=self.offset,
            timestamp=self.timestamp_ms,
            timestamp_type=0,
            key=self.key,
            value=self.value,
            checksum=None,
            serialized_key_size=len(self.key or b""),
            serialized_value_size=len(self.value or b""),
            headers=headers,
        )


async def fetch_raw(settings: KafkaSettings, partition: TopicPartition, offset: int) -> bytes:
    """The batches of the partition from the one that holds `offset` on. Raises KafkaError, TimeoutError, OSError."""
    client = clients.client(settings)
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            await client.bootstrap()
            await client.set_topics([partition.topic])
            leader = client.cluster.leader_for_partition(partition)
            if leader is None or leader < 0:
                raise LeaderNotAvailableError
            wanted = [(partition.topic, [(partition.partition, offset, FETCH_BYTES)])]
            answer = await client.send(leader, FetchRequest(1000, 1, FETCH_BYTES, 0, wanted))
    finally:
        await client.close()
    ((_, ((_, error, *_, records),)),) = answer.topics
    if error:
        raise for_code(error)
    return bytes(records or b"")


def read_batch(batches: bytes, offset: int) -> tuple[list[RawRecord], int]:
    """The records at or behind `offset` of the first batch that has any, and the offset behind that batch.

    Raises UnreadableBatch, NothingFetched.
    """
    start, after = 0, offset + 1
    while batch := batches[start:]:
        try:
            base, length, _, magic, crc, attributes, last_delta, *_ = header = _HEADER.unpack_from(batch)
            batch, start = batch[: _LENGTH_ENDS + length], start + _LENGTH_ENDS + length
            _check_whole(batch, length, magic, crc)
            after = max(offset, base + last_delta) + 1
            if base + last_delta < offset or attributes & DefaultRecordBase.CONTROL_MASK:
                continue
            body = _DECODERS[attributes & DefaultRecordBase.CODEC_MASK](batch[_HEADER.size :])
            records = _records(bytearray(body), base, attributes, header[7], header[8], header[12])
            if found := [record for record in records if record.offset >= offset]:
                return found, after
        except Exception as error:  # whatever the bytes make of the reader
            raise UnreadableBatch(repr(error), batch, after) from error
    raise NothingFetched  # a new leader that has not caught up yet, or a throttled fetch: the bytes are right


def _check_whole(batch: bytes, length: int, magic: int, crc: int) -> None:
    """Raises ValueError for another format, a cut batch, or a checksum that does not match."""
    if magic != 2 or len(batch) < _LENGTH_ENDS + length:
        raise ValueError(f"format {magic}, {len(batch)} of {_LENGTH_ENDS + length} bytes")
    if calc_crc32c(batch[DefaultRecordBase.ATTRIBUTES_OFFSET :]) != crc:
        raise ValueError("the checksum does not match")


def _records(
    body: bytearray, base: int, attributes: int, first_timestamp: int, max_timestamp: int, count: int
) -> list[RawRecord]:
    appended = attributes & DefaultRecordBase.TIMESTAMP_TYPE_MASK
    found = []
    position = 0
    for _ in range(count):
        length, position = decode_varint(body, position)
        end = position + length
        position += 1  # attributes, unused
        timestamp_delta, position = decode_varint(body, position)
        offset_delta, position = decode_varint(body, position)
        key, position = _bytes(body, position)
        value, position = _bytes(body, position)
        header_count, position = decode_varint(body, position)
        headers = []
        for _ in range(header_count):
            name, position = _bytes(body, position)
            content, position = _bytes(body, position)
            headers.append((name or b"", content))
        if position != end or end > len(body):
            raise ValueError(f"a record ends at {position} of {len(body)} bytes, not at {end}")
        timestamp = max_timestamp if appended else first_timestamp + timestamp_delta
        found.append(RawRecord(base + offset_delta, timestamp, key, value, tuple(headers)))
    return found


def _bytes(body: bytearray, position: int) -> tuple[bytes | None, int]:
    length, position = decode_varint(body, position)
    return (None, position) if length < 0 else (bytes(body[position : position + length]), position + length)
