"""Unpacked chats and the files beside them: one evidence, however it was handed over."""

import hashlib
import io
import tarfile

import pytest

from analysis import intake
from received import check, matter, row

CHAT = (
    "12/03/2020, 09:16 - Ann: Hello\n13/03/2020, 09:17 - Bob: IMG-20200313-WA0001.jpg (file attached)\n"
    "14/03/2020, 09:17 - Bob: IMG-20200314-WA0002.jpg (file attached)\n"
)
IMAGE = b"\xff\xd8\xff\xe0one"


def tarred(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("packed", [False, True])
def test_media_beside_a_chat_is_its_own(tmp_path, packed):
    files = {
        "bob/WhatsApp Chat with Bob.txt": CHAT.encode(), "bob/IMG-20200313-WA0001.jpg": IMAGE,
        "bob/IMG-20200401-WA0009.jpg": IMAGE + b"not named", "IMG-20200314-WA0002.jpg": IMAGE + b"another folder",
    }  # fmt: skip
    found = intake.take(matter(tmp_path, {"all.tar": tarred(files)} if packed else files))
    check(found)
    held = found.attachments.set_index("name")[["present", "sha256"]]
    assert held.loc["IMG-20200313-WA0001.jpg"].tolist() == [True, hashlib.sha256(IMAGE).hexdigest()]
    assert not held.loc["IMG-20200314-WA0002.jpg", "present"]
    prefix = "all.tar!" if packed else ""
    taken = row(found, f"{prefix}bob/IMG-20200313-WA0001.jpg")
    assert (taken["status"], taken["reader"]) == ("read", "whatsapp_text")
    assert taken["notes"] == [f"carried by a message of {prefix}bob/WhatsApp Chat with Bob.txt"]
    assert row(found, f"{prefix}bob/IMG-20200401-WA0009.jpg")["status"] == "unsupported"
