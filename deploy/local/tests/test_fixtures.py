"""The fixtures of tests/support do what the tests of all services rely on."""

import asyncio
import smtplib
from collections.abc import Callable
from email.message import EmailMessage

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.support.databases import Databases
from tiendo_local.servers.broker import Broker
from tiendo_local.servers.mail.smtp_sink import SmtpSink


async def connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(url.replace("+asyncpg", ""))


async def test_databases_are_apart(database: Callable[..., str]) -> None:
    first, second = await connect(database("a")), await connect(database("a"))
    await first.execute("create table t (x int)")
    assert await second.fetchval("select to_regclass('t')") is None
    assert await first.fetchval("select rolsuper from pg_roles where rolname = current_user") is False
    await first.close()
    await second.close()


async def test_a_database_can_be_a_template(database: Callable[..., str]) -> None:
    template = database("template")
    source = await connect(template)
    await source.execute("create table t as select 7 as x")
    await source.close()
    copy = await connect(database("copy", template=template))
    assert await copy.fetchval("update t set x = x + 1 returning x") == 8
    await copy.close()


async def on_a_copy(databases: Databases, template: str, *statements: str) -> tuple[str, list[asyncpg.Record]]:
    """The URL of the copy, and what the last of the statements gave."""
    with databases.lent() as lend:
        url = lend("copy", template=template)
        connection = await connect(url)
        for statement in statements:
            rows = await connection.fetch(statement)
        await connection.close()
    return url, rows


async def test_a_copy_is_as_new_for_the_next_test(databases: Databases, database: Callable[..., str]) -> None:
    template = database("template")
    source = await connect(template)
    await source.execute("create table seed as select 7 as x; create table t (id int generated always as identity)")
    await source.execute("create sequence told; select nextval('told')")
    await source.close()
    harm = ("delete from seed", "insert into t default values returning id", "select nextval('told')")
    look = (*harm[1:2], "select (select x from seed), (select max(id) from t), nextval('told')")
    first, ((told,),) = await on_a_copy(databases, template, *harm)
    second, (seen,) = await on_a_copy(databases, template, *look)
    assert first == second and told == 2 and tuple(seen) == (7, 1, 2)
    third, _ = await on_a_copy(databases, template, "alter table t add x int")
    fourth, columns = await on_a_copy(
        databases, template, "select attname from pg_attribute where attrelid = 't'::regclass and attname = 'x'"
    )
    assert third == second and fourth != third and not columns


def test_every_database_is_one_of_its_own(database: Callable[..., str]) -> None:
    assert len({database("same") for _ in range(5)}) == 5


async def test_topics_carry_messages(broker: Broker, topics: Callable[..., str], unique: Callable[[str], str]) -> None:
    topic = topics("submissions", partitions=2)
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=broker.idempotent)
    async with producer:
        await producer.send_and_wait(topic, b"x", key=b"k")
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=broker.bootstrap, group_id=unique("group"), auto_offset_reset="earliest"
    )
    async with consumer, asyncio.timeout(30):
        assert (await consumer.getone()).value == b"x"


def mail(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "a@example.org", "b@example.org"
    message.set_content("Nội dung")
    return message


def send(sink: SmtpSink, subject: str) -> None:
    with smtplib.SMTP(sink.host, sink.port, timeout=5) as client:
        client.send_message(mail(subject))


async def test_the_sink_keeps_mails(smtp_sink: SmtpSink) -> None:
    await asyncio.to_thread(send, smtp_sink, "Nhắc nộp báo cáo")
    (got,) = await smtp_sink.arrived()
    assert got.message["Subject"] == "Nhắc nộp báo cáo"
    assert got.recipients == ("b@example.org",)


async def test_the_sink_fails_as_told(smtp_sink: SmtpSink) -> None:
    smtp_sink.fail("data", "451 4.3.0 Later")
    with pytest.raises(smtplib.SMTPDataError) as refused:
        await asyncio.to_thread(send, smtp_sink, "1")
    assert refused.value.smtp_code == 451
    smtp_sink.fail("rcpt", "550 5.1.1 No such person")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await asyncio.to_thread(send, smtp_sink, "2")
    smtp_sink.drop("data", kept=True)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        await asyncio.to_thread(send, smtp_sink, "3")
    assert [m.message["Subject"] for m in smtp_sink.messages] == ["3"]
    await asyncio.to_thread(send, smtp_sink, "4")
    assert len(smtp_sink.messages) == 2
