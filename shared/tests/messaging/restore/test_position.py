"""What offsets say: behind, another topic, a database that began to keep positions later than it was used."""

from aiokafka import TopicPartition

from shared.messaging.restore.position import Known, Lack, first_positions, lacks, made_anew

ONE, TWO = TopicPartition("t", 0), TopicPartition("t", 1)


def known(held: dict[TopicPartition, int], committed: dict[TopicPartition, int], **others: object) -> Known:
    return Known(**{"held": held, "committed": committed, "begins": {ONE: 0, TWO: 0}, "ends": {}, **others})  # type: ignore[arg-type]


def test_a_group_that_has_read_on_tells_of_a_restored_database() -> None:
    assert lacks(known({ONE: 5, TWO: 9}, {ONE: 8, TWO: 9})) == {ONE: Lack(5, 8, 0)}


def test_a_commit_that_was_lost_is_no_lack() -> None:
    assert lacks(known({ONE: 8}, {ONE: 5})) == {}


def test_a_new_database_lacks_all_that_its_group_has_read() -> None:
    """Else a volume that was lost and made anew would pass for one with nothing to do."""
    assert lacks(known({}, {ONE: 8})) == {ONE: Lack(0, 8, 0)}


def test_a_database_older_than_its_positions_takes_the_group_at_its_word_once() -> None:
    upgraded = known({}, {ONE: 8}, trusts=True)
    assert lacks(upgraded) == {}
    assert first_positions(upgraded) == {ONE: 8, TWO: 0}


def test_what_kafka_has_lost_meanwhile_is_told_apart() -> None:
    [lack] = lacks(known({ONE: 5}, {ONE: 20}, begins={ONE: 12})).values()
    assert (lack.missing, lack.gone) == (15, 7)
    [all_gone] = lacks(known({ONE: 5}, {ONE: 20}, begins={ONE: 30})).values()
    assert all_gone.gone == all_gone.missing == 15


def test_a_topic_that_ends_before_what_is_held_was_made_anew() -> None:
    assert made_anew(known({ONE: 100}, {}, ends={ONE: 10})) == {ONE: 0}
    assert made_anew(known({ONE: 100}, {ONE: 7}, ends={ONE: 100})) == {}
