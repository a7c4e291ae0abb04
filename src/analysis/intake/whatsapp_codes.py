"""What WhatsApp's numbers mean, as far as public readers of its databases agree. A number not here stays a number.

Sources: IPED, ALEAPP and WhatsApp-Chat-Exporter (read, not copied), and rows of real databases.
"""

ANDROID_KINDS = {
    0: "text", 1: "image", 2: "audio", 3: "video", 4: "contact", 5: "location", 9: "document", 13: "gif", 14: "contact",
    16: "location", 20: "sticker", 25: "image", 26: "document", 28: "video", 27: "text", 32: "text", 42: "view_once",
    43: "view_once", 45: "text", 46: "text", 49: "text", 55: "text", 57: "text", 66: "poll", 82: "view_once",
    85: "text",
}  # fmt: skip
ANDROID_DELETED = (15, 64)  # taken back by the sender, or by a group's administrator
ANDROID_WAITING = 11  # arrived and could not be decrypted
ANDROID_SYSTEM = (7, 36, 56)  # lines of the app itself; 36 and 56 are timer changes of older versions
ANDROID_CALLS = (8, 10, 90)
ANDROID_ACTIONS = {
    1: "subject_changed", 4: "added", 5: "left", 7: "removed", 9: "created", 10: "number_changed", 11: "created",
    12: "added", 13: "left", 14: "removed", 15: "admin_changed", 16: "admin_changed", 18: "encryption_notice",
    19: "encryption_notice", 20: "joined", 28: "number_changed", 52: "joined", 56: "timer_on", 57: "encryption_notice",
    59: "timer_on", 67: "encryption_notice", 68: "timer_on", 79: "joined",
}  # fmt: skip
CALL_RESULTS = {2: "refused", 3: "unavailable", 4: "missed", 5: "connected"}

IOS_KINDS = {
    0: "text", 1: "image", 2: "video", 3: "audio", 4: "contact", 5: "location", 7: "text", 8: "document", 11: "gif",
    15: "sticker", 38: "view_once", 39: "view_once", 46: "poll", 53: "view_once", 54: "video",
}  # fmt: skip
IOS_DELETED = 14
IOS_WAITING = 12
IOS_GROUP_LINE, IOS_CHAT_LINE, IOS_CALL = 6, 10, 59
IOS_GROUP_EVENTS = {
    1: "subject_changed", 2: "added", 3: "left", 7: "removed", 9: "number_changed", 10: "admin_changed",
    11: "admin_changed", 12: "created", 15: "joined", 23: "joined", 26: "timer_on", 30: "joined", 39: "admin_changed",
    50: "added", 56: "subject_changed",
}  # fmt: skip
IOS_CHAT_EVENTS = {
    1: "call", 2: "encryption_notice", 3: "encryption_notice", 4: "call", 5: "number_changed", 6: "number_changed",
    21: "call", 22: "call", 36: "encryption_notice", 40: "call", 41: "call", 45: "call", 46: "call",
}  # fmt: skip
