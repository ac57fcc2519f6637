"""Records that a broker takes and the Kafka client cannot decode."""

import struct

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import DefaultRecordBase, DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

CODECS = {
    None: DefaultRecordBase.CODEC_NONE,
    "gzip": DefaultRecordBase.CODEC_GZIP,
    "snappy": DefaultRecordBase.CODEC_SNAPPY,
    "lz4": DefaultRecordBase.CODEC_LZ4,
    "zstd": DefaultRecordBase.CODEC_ZSTD,
}


def broken_batch(values: list[bytes], *, compression: str | None = None, first_offset: int = 0) -> bytes:
    """A batch whose second record has a header whose name is not UTF-8."""
    import aiokafka.codec as codec

    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
    for n, value in enumerate(values):
        headers = [("zz", b"\x01\xff"), ("null", None)] if n == 1 else []
        builder.append(n, 1_700_000_000_000 + n, b"key", value, headers)
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
    producer: AIOKafkaProducer, topic: str, values: list[bytes], *, partition: int = 0, compression: str | None = None
) -> None:
    batch = producer.create_batch()
    for value in values:
        batch.append(timestamp=None, key=b"key", value=value)
    batch.close()
    batch._build()
    batch._buffer = bytearray(broken_batch(values, compression=compression))
    await (await producer.send_batch(batch, topic, partition=partition))
