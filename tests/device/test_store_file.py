"""The factory store: the vendor's format read whole, and refused with the line and the reason."""

from pathlib import Path

import pytest

from dl7450._device import store_file
from dl7450._device.device import FactoryStore, StoredImage
from dl7450._device.yaml_lines import DeviceError, read_yaml
from dl7450._screen.constants import ImageType
from dl7450.testing import picture

PICTURES = {name: picture("navy", (4, 3), name.upper()).data for name in ("png", "bmp", "jpeg")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in PICTURES.items():
        (tmp_path / f"picture.{name}").write_bytes(data)
    (tmp_path / "app.py").write_text("import http\n")
    return tmp_path


def read(folder: Path, text: str) -> FactoryStore:
    path = folder / "store.yaml"
    path.write_text(text)
    sections = read_yaml(path).section("images", "kv_store", "code")
    return store_file.read_store(sections.get("images"), sections.get("kv_store"), sections.get("code"))


def refusal(folder: Path, text: str) -> str:
    """Why a store is refused: the line and the reason, the folder's own name taken out."""
    with pytest.raises(DeviceError) as caught:
        read(folder, text)
    return str(caught.value).removeprefix(f"{folder / 'store.yaml'}:").replace(str(folder), "FOLDER")


def test_the_vendor_s_format_is_read_whole(folder: Path) -> None:
    store = read(
        folder,
        """\
images:
  default: {path: "${CONFIG_PATH}/picture.png", type: png}
  small:
    path: ${CONFIG_PATH}/picture.bmp
    type: BMP
  photo: {path: picture.jpeg, type: jpeg}
kv_store:
  "dock_name": "Demo dock"
  rooms: 12
  lit: yes
  nothing:
code:
  path: ${CONFIG_PATH}/app.py
""",
    )
    assert store == FactoryStore(
        images={
            "default": StoredImage(PICTURES["png"], ImageType.PNG),
            "small": StoredImage(PICTURES["bmp"], ImageType.BMP),
            "photo": StoredImage(PICTURES["jpeg"], ImageType.NONE),
        },
        values={"dock_name": "Demo dock", "rooms": "12", "lit": "yes", "nothing": ""},
        code=folder / "app.py",
    )
    assert list(store.images) == ["default", "small", "photo"]


def test_every_section_may_be_left_out(folder: Path) -> None:
    assert read(folder, "images:\n") == FactoryStore()


def test_a_path_may_be_absolute(folder: Path) -> None:
    assert read(folder, f"code: {{path: {folder / 'app.py'}}}").code == folder / "app.py"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "images:\n  a: {path: missing.png, type: png}",
            "2: there is no file FOLDER/missing.png",
        ),
        ("code:\n  path: ${CONFIG_PATH}", "2: there is no file FOLDER"),
        (
            "images:\n  a:\n    path: picture.png\n    type: gif",
            "4: 'gif' is not a type of image: use one of png, bmp, jpeg",
        ),
        (
            "images:\n  a:\n    path: picture.bmp\n    type: png",
            "4: FOLDER/picture.bmp is a bmp picture: write `type: bmp`",
        ),
        ("images:\n  a: {path: picture.png}", "2: the key 'type' is missing here"),
        ("images:\n  a: {file: picture.png, type: png}", "2: unknown key 'file': known here are path, type"),
        ("kv_store:\n  a: [1, 2]", "2: one value is expected here, not a list or a mapping"),
        ("kv_store: {a: 1,\n a: 2}", "2: the key 'a' is here a second time: keep one"),
        ("code:\n  paths: app.py", "2: unknown key 'paths': did you mean 'path'?"),
    ],
)
def test_a_wrong_store_is_refused_with_the_line_and_the_reason(folder: Path, text: str, reason: str) -> None:
    assert refusal(folder, text) == reason


@pytest.mark.parametrize("data", [b"", b"<html>404</html>", PICTURES["png"][:50]])
def test_a_file_that_is_no_whole_picture_is_refused(folder: Path, data: bytes) -> None:
    (folder / "picture.png").write_bytes(data)
    reason = refusal(folder, "images:\n  a: {path: picture.png, type: png}")
    assert reason.startswith("2: FOLDER/picture.png cannot be used: ")
    assert "picture" in reason.removeprefix("2: FOLDER/picture.png cannot be used: ")
    assert "response" not in reason, "advice for apps"


def test_what_exceeds_13_mb_is_refused_at_the_line_that_does(folder: Path) -> None:
    with (folder / "app.py").open("wb") as file:
        file.truncate(12_999_990)
    text = "kv_store:\n  name: dock\ncode:\n  path: app.py"
    assert read(folder, f"{text}\n").values == {"name": "dock"}
    assert refusal(folder, text.replace("dock", "my dock")) == (
        "4: with this the factory store holds 13,000,001 bytes, but only 13,000,000 fit: use smaller or fewer images"
    )
