"""Copies to message codes and merged threads: chats by alignment, mail by its own ids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.intake.result import Intake
from analysis.reconcile import align, mail, offsets, threads
from analysis.reconcile.mail import clean_ids
from analysis.resolve import Resolution
from analysis.resolve.evidence import ACCOUNT_KINDS
from analysis.store import make_id


@dataclass(frozen=True)
class Matched:
    """Per copy: message code, merged thread_id, clock offset (seconds); facts per thread; merged thread_id per part."""

    code: np.ndarray
    thread_id: np.ndarray
    offset: np.ndarray
    offsets: pd.DataFrame
    threads: pd.DataFrame  # thread_id, channel, kind
    merged: pd.Series  # merged thread_id by the thread_id within a source (chats only)


def match(book: pd.DataFrame, copies: pd.DataFrame, intake: Intake, resolution: Resolution) -> Matched:
    """Match all copies; `book` is the working frame of `copies`."""
    parts = threads.parts_of(intake)
    of_part = threads.merge(book, intake, resolution)
    is_mail = (book["channel"] == "email").to_numpy()
    part = book["part"].to_numpy()
    thread = np.where(is_mail | (part < 0), -1, of_part[part] if len(of_part) else -1)
    table, offset = offsets.estimate(book, thread, intake)
    code = align.group(book, thread, offset, _known(book, copies, resolution), copies["body"])
    first_at = (book["t"] - offset).groupby(thread).min()
    names = threads.thread_ids(of_part, parts, intake, resolution, first_at)
    merged = pd.Series([names[one] for one in of_part.tolist()], index=parts["thread_id"], dtype=object)
    held = [names.get(one) for one in range(thread.max(initial=-1) + 1)]
    thread_id = np.array([*held, None], dtype=object)[thread]
    mail_rows = np.flatnonzero(is_mail)
    if len(mail_rows):
        mails = copies.iloc[mail_rows].reset_index(drop=True)
        code[mail_rows], thread_id[mail_rows] = _mail(mails, mail_rows)
    facts = pd.DataFrame({"thread_id": merged.to_numpy(), "channel": parts["channel"], "kind": parts["kind"]})
    facts = facts[(parts["channel"] != "email").to_numpy()].sort_values(["thread_id", "kind"])
    mails_ = pd.DataFrame({"thread_id": sorted(set(thread_id[mail_rows])), "channel": "email", "kind": "mail"})
    facts = pd.concat([facts, mails_], ignore_index=True).drop_duplicates("thread_id")
    return Matched(code, thread_id, offset, table, facts, merged[(parts["channel"] != "email").to_numpy()])


def _mail(mails: pd.DataFrame, rows: np.ndarray) -> tuple[np.ndarray, list[str]]:
    message = mail.messages(mails)
    conversation = mail.conversations(mails, message)
    anchor = clean_ids(mails["native_id"]).fillna("\x7f" + mails["copy_id"])
    order = pd.DataFrame({"thread": conversation, "at": mails["sent_at"], "anchor": anchor})
    first = order.sort_values(["thread", "at", "anchor"]).drop_duplicates("thread").set_index("thread")["anchor"]
    names = {thread: make_id("thread", "email", name) for thread, name in first.items()}
    return rows[message], [names[one] for one in conversation.tolist()]


def _known(book: pd.DataFrame, copies: pd.DataFrame, resolution: Resolution) -> np.ndarray:
    """For each sender code, whether the person is in scope or known by an address: two such people are never one."""
    addressed = set(resolution.identities.loc[resolution.identities["kind"].isin(ACCOUNT_KINDS), "person_id"])
    addressed |= set(resolution.custodians.values())
    person = copies["sender_identity_id"].map(resolution.person)
    known = np.zeros(int(book["sender"].max()) + 2 if len(book) else 1, dtype=bool)
    known[book["sender"].to_numpy()] = person.isin(addressed).to_numpy()
    return known
