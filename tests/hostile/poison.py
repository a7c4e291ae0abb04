"""A small matter whose evidence attacks: what an investigator must expect to be handed."""

from pathlib import Path

SCRIPT = "<script>window.__ran=(window.__ran||0)+1;document.title='ran'</script>"
IMAGE = '<img src=x onerror="window.__ran=1">'
TITLE = f"Plans {SCRIPT}{IMAGE}"

PASTED = """\
12/03/2020, 08:00 - Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read or listen to them.
12/03/2020, 08:01 - Ada Lind: morning all
13/03/2020, 09:00 - Bo Carr: this is what he wrote to me:
01/02/2020, 07:00 - The Minister: do it now
please keep it to yourself
13/03/2020, 09:05 - Ada Lind: understood
14/03/2020, 10:00 - Bo Carr: thanks
15/03/2020, 10:01 - Ada Lind: see you Monday
"""
AMBIGUOUS = """\
03/04/2020, 10:00 - Ada Lind: are we on for today
03/04/2020, 10:01 - Bo Carr: yes
"""
SCRIPTED = f"""\
20/03/2020, 08:00 - Ada Lind created group "{TITLE}"
20/03/2020, 08:01 - Ada Lind: look at this {SCRIPT}
21/03/2020, 08:02 - {IMAGE}Bo Carr: and this {IMAGE} </script></style> javascript:alert(1)
22/03/2020, 08:03 - Ada Lind: \u202egnp.exe and \x1b]8;;http://evil.example\x07link\x1b]8;;\x07
"""
MAIL = f"""\
From: "Bo {IMAGE} Carr" <bo.carr@dept.example>
To: Ada Lind <ada@private.example>
Subject: Order {SCRIPT}
Date: Mon, 23 Mar 2020 09:17:00 +0000
Message-ID: <{SCRIPT}@dept.example>
Content-Type: text/html; charset=utf-8

<html><body onload="window.__ran=1"><p>Hello {SCRIPT}</p><iframe src="http://evil.example"></iframe></body></html>
"""
BOMB = """<?xml version="1.0"?>
<!DOCTYPE smses [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
<smses count="1"><sms address="+447700900123" date="1584950000000" type="1" body="&b;&x;" /></smses>
"""
GOOD_SMS = """<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<smses count="2">
  <sms protocol="0" address="+447700900123" date="1584950000000" type="1" subject="null" body="on my way &#55357;&#56898;" read="1" status="-1" contact_name="Ada Lind" />
  <sms protocol="0" address="+447700900123" date="1584950060000" type="2" subject="null" body="good" read="1" status="-1" contact_name="Ada Lind" />
</smses>
"""


def write_poison(folder: Path) -> Path:
    """Write the matter and return its folder."""
    evidence = folder / "evidence"
    evidence.mkdir(parents=True)
    (folder / "matter.toml").write_text(
        '[matter]\nid = "poison"\ntitle = "Poison <b>matter</b>"\nofficial_domains = ["dept.example"]\n'
        'period = { from = "2020-01-01", to = "2020-12-31" }\n',
        encoding="utf-8",
    )
    texts = {
        "WhatsApp Chat with Bo Carr.txt": PASTED,
        "WhatsApp Chat with Bo.txt": AMBIGUOUS,
        f"WhatsApp Chat with {IMAGE}.txt".replace("/", "_"): SCRIPTED,
        "order.eml": MAIL,
        "bomb.xml": BOMB,
        "sms-20200323.xml": GOOD_SMS,
        "empty.txt": "",
    }
    for name, text in texts.items():
        (evidence / name).write_text(text, encoding="utf-8", newline="")
    (evidence / "WhatsApp Chat - Broken.zip").write_bytes(b"PK\x03\x04\x14\x00\x08\x00" + bytes(40))
    return folder
