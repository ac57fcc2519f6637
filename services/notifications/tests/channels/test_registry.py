"""A channel that is named without its counterpart stops the start, and the message says what to write."""

from pathlib import Path

import pytest

from notifications import channels
from notifications.app import create_app
from notifications.channels.registry import CHANNELS, TEXTS, create_channels
from notifications.settings import NotificationsSettings
from notifications.worker import create_worker
from services.notifications.tests.channels.planting import planted
from services.notifications.tests.service import Parts
from shared.catalogue import Catalogue
from shared.errors import StartError

SETTINGS = NotificationsSettings(database_url="postgresql+asyncpg://n@127.0.0.1:1/n", environment="test")
CREATE = "def create(settings, catalogue, texts):\n    return None\n"
TEXT = "{vi: một, en: one}"


def pigeon(folder: Path, code: str | None, messages: str = "") -> Path:
    (folder / "pigeon").mkdir()
    if code is not None:
        (folder / "pigeon" / "channel.py").write_text(code)
    (folder / "pigeon" / "messages.yaml").write_text(messages)
    return folder


def test_every_folder_is_named_and_every_name_has_a_folder() -> None:
    [place] = channels.__path__
    folders = {path.name for path in Path(place).iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(CHANNELS), "name the folder in CHANNELS of channels/registry.py, or write the folder"


def test_every_channel_has_a_far_side_that_the_contract_runs_against() -> None:
    missing = [name for name in CHANNELS if not (Path(__file__).parent / name / "far_side.py").is_file()]
    assert not missing, "write tests/channels/<name>/far_side.py, as tests/channels/far_side.py says"


def test_a_name_without_a_folder_stops_the_start() -> None:
    with planted("pigeon", Path("/nowhere")), pytest.raises(StartError) as refused:
        create_app(SETTINGS)
    assert str(refused.value) == (
        "The channel 'pigeon' has no channels/pigeon/channel.py. Write channels/pigeon/channel.py with a function"
        " create(settings, catalogue, texts) that returns a Channel (channels/channel.py says what that is), or take"
        " 'pigeon' out of CHANNELS of channels/registry.py."
    )


def test_a_folder_without_create_stops_the_start(tmp_path: Path) -> None:
    with (
        planted("pigeon", pigeon(tmp_path, "")),
        pytest.raises(StartError, match=r"channels/pigeon/channel\.py has no create"),
    ):
        create_worker(SETTINGS)


def test_a_channel_without_its_texts_stops_the_start_and_each_is_named(tmp_path: Path, catalogue: Catalogue) -> None:
    some = "".join(f"channel.pigeon.{text}: {TEXT}\n" for text in TEXTS if not text.startswith("outcome"))
    with planted("pigeon", pigeon(tmp_path, CREATE, some)), pytest.raises(StartError) as refused:
        create_channels(SETTINGS, catalogue)
    assert str(refused.value) == (
        "channels/pigeon/messages.yaml lacks channel.pigeon.outcome.sent, channel.pigeon.outcome.deferred,"
        " channel.pigeon.outcome.failed: write each in Vietnamese (vi) and English (en)."
    )


def test_a_text_in_one_language_stops_the_start(tmp_path: Path, catalogue: Catalogue) -> None:
    folder = pigeon(tmp_path, CREATE, "channel.pigeon.name: {vi: tin nhắn}\n")
    with planted("pigeon", folder), pytest.raises(StartError, match=r"channel\.pigeon\.name has no en"):
        create_channels(SETTINGS, catalogue)


def test_what_the_folder_itself_lacks_is_not_hidden(tmp_path: Path, catalogue: Catalogue) -> None:
    folder = pigeon(tmp_path, "import a_library_that_is_not_there\n")
    with planted("pigeon", folder), pytest.raises(ModuleNotFoundError, match="a_library_that_is_not_there"):
        create_channels(SETTINGS, catalogue)


def test_settings_that_a_channel_cannot_read_stop_the_start(catalogue: Catalogue) -> None:
    wrong = NotificationsSettings(
        database_url="postgresql+asyncpg://n@127.0.0.1:1/n", environment="test", smtp_url="mailto:somebody"
    )
    with pytest.raises(StartError, match="SMTP_URL must look like"):
        create_channels(wrong, catalogue)


async def test_contacts_of_a_channel_that_does_not_exist_stop_the_worker(service: Parts) -> None:
    await service.change("update contact set channel = 'pigeon' where unit = 'SO_Y_TE'")
    worker = create_worker(service.settings)
    with pytest.raises(StartError) as refused:
        await worker.start()
    assert str(refused.value) == (
        "The table contact holds addresses of the channel 'pigeon', and there is no such channel. Write"
        " channels/pigeon/ and name it in CHANNELS of channels/registry.py, or delete them: delete from contact where"
        " channel = 'pigeon'."
    )
