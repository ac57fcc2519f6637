from submissions.http.etag import tag_of


def test_the_tag_that_an_answer_says() -> None:
    assert tag_of(b'{"id": "x", "version": 7}') == {"ETag": '"7"'}
    assert tag_of(b'{"id": "x"}') == {}, "an answer that was kept by an earlier version of this program"
