"""Records that a broker takes and the Kafka client cannot decode: valid, but for a header whose name is not UTF-8."""

import struct
import time

from aiokafka import AIOKafkaProducer, codec
from aiokafka.record.default_records import DefaultRecordBase, DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import RecordMetadata

CODECS = {
    None: DefaultRecordBase.CODEC_NONE,
    "gzip": DefaultRecordBase.CODEC_GZIP,
    "snappy": DefaultRecordBase.CODEC_SNAPPY,
    "lz4": DefaultRecordBase.CODEC_LZ4,
    "zstd": DefaultRecordBase.CODEC_ZSTD,
}


def broken_batch(
    values: list[bytes],
    *,
    broken: int = 1,
    compression: str | None = None,
    first_offset: int = 0,
    timestamp_ms: int = 1_700_000_000_000,
) -> bytes:
    """A batch whose record number `broken`, counted from 0, is the undecodable one.

    Its records are a millisecond apart, from `timestamp_ms` on.
    """
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
    for n, value in enumerate(values):
        headers = [("zz", b"\x01\xff"), ("null", None)] if n == broken else []
        builder.append(n, timestamp_ms + n, b"key", value, headers)
    data = bytearray(builder.build())
    at = bytes(data).index(b"zz")
    data[at : at + 2] = b"\xff\xfe"
    size = DefaultRecordBase.HEADER_STRUCT.size
    if compression:
        data[size:] = getattr(codec, f"{compression}_encode")(bytes(data[size:]))
        data[21:23] = struct.pack(">h", CODECS[compression])
    struct.pack_into(">qi", data, 0, first_offset, len(data) - 12)
    struct.pack_into(">I", data, 17, calc_crc32c(bytes(data[21:])))
    return bytes(data)


async def send_broken(
    producer: AIOKafkaProducer,
    topic: str,
    values: list[bytes],
    *,
    partition: int = 0,
    broken: int = 1,
    compression: str | None = None,
    timestamp_ms: int | None = None,
) -> RecordMetadata:
    """Send it with a producer that is not idempotent, and wait for the acknowledgement of its first record.

    Of now, unless told otherwise: Kafka removes a segment that is older than the topic's retention.
    """
    at = int(time.time() * 1000) if timestamp_ms is None else timestamp_ms
    batch = producer.create_batch()
    for value in values:
        batch.append(timestamp=None, key=b"key", value=value)
    batch.close()
    batch._build()
    batch._buffer = bytearray(broken_batch(values, broken=broken, compression=compression, timestamp_ms=at))
    return await (await producer.send_batch(batch, topic, partition=partition))
