"""What WhatsApp's numbers and endings mean (`whatsapp_codes.toml`, with its sources). A number not there stays one."""

import tomllib
from pathlib import Path
from typing import Any

_FACTS = tomllib.loads(Path(__file__).with_name("whatsapp_codes.toml").read_text(encoding="utf-8"))


def _meanings(name: str) -> dict[Any, str]:
    return {code: word for word, codes in _FACTS[name].items() for code in codes}


ANDROID_KINDS, IOS_KINDS = _meanings("android_kinds"), _meanings("ios_kinds")
ANDROID_ACTIONS, CALL_RESULTS = _meanings("android_actions"), _meanings("call_results")
IOS_GROUP_EVENTS, IOS_CHAT_EVENTS = _meanings("ios_group_events"), _meanings("ios_chat_events")
KIND_OF, MIMES = _meanings("kinds_of_files"), _meanings("mime_types")
ANDROID_DELETED = (15, 64)  # taken back by the sender, or by a group's administrator
ANDROID_WAITING = 11  # arrived and could not be decrypted
ANDROID_SYSTEM = (7, 36, 56)  # lines of the app itself; 36 and 56 are timer changes of older versions
ANDROID_CALLS = (8, 10, 90)
IOS_DELETED = 14
IOS_WAITING = 12
IOS_GROUP_LINE, IOS_CHAT_LINE, IOS_CALL = 6, 10, 59
