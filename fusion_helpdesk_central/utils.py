"""Pure helpers of the desk: no ``env``, plain values in and out."""

import re

from markupsafe import Markup, escape

from odoo.tools.sql import escape_psql

SUMMARY_PROMPT = """\
You brief a busy executive who must approve or reject one request. Read the ticket below and answer
with 4 to 6 bullets, one per line, each starting with "- ". Plain text only.
First bullet: what is asked for, in one sentence.
Second bullet: the impact if it is approved.
Third bullet: the impact if it is not; write "none material" when there is none.
Then, only when the ticket says something about it, the cost or effort.
Last bullet: the questions that are still open, or "none".
Use only facts from the ticket; write "not stated" for what it does not say. No greeting.
"""
REPLY_PROMPT = """\
You help a support agent to answer a customer. Write the answer to the ticket below, in the language
that the customer writes in: polite, short, plain text, paragraphs separated by an empty line.
Use only facts from the ticket. Promise nothing, name no date and no price; where something is not
known, ask for it. No subject line, no signature.
"""
MAX_PROMPT = 8000  # characters
MAX_SUMMARY = 4000
_FENCE = re.compile(r"^```\w*\s*$", re.MULTILINE)
_MARKS = re.compile(r"(\*\*|__|`)")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean_text(text, limit=None):
    """:return: text without the characters that XML 1.0 forbids and lone surrogates, cut"""
    text = _FORBIDDEN.sub("", text)
    return text[:limit] if limit else text


def build_scope_domain(label, email, is_admin, reporter_uid=0):
    """Which tickets of a deployment one of its users may see. The label always binds.

    :param email: address of the user; its wildcards are taken literally
    :param is_admin: sees all tickets of the label
    :param reporter_uid: id of the user in the deployment, 0 if unknown
    :return: domain as a list
    """
    domain = [("x_fc_client_label", "=", label or "__none__")]
    if is_admin:
        return domain
    own = []
    if email:
        own.append(("partner_email", "=ilike", escape_psql(email)))
    if reporter_uid:
        own.append(("x_fc_reporter_uid", "=", reporter_uid))
    if not own:
        own.append(("id", "=", 0))
    return domain + ["|"] * (len(own) - 1) + own


def build_summary_prompt(ticket_dict, messages, instructions=SUMMARY_PROMPT):
    """Instructions and title whole, then the report, then as many of the newest replies as fit.

    :param ticket_dict: ``name`` and ``description``, plain text
    :param messages: list of ``{"author", "body"}``, oldest first, plain text
    :return: text of at most ``MAX_PROMPT`` characters; replies stand oldest first
    """
    head = f"{instructions}\nTitle: {ticket_dict.get('name') or ''}\n"
    report = f"\nOriginal report:\n{(ticket_dict.get('description') or '').strip()}\n"
    text = truncate_for_openai(head + report, MAX_PROMPT)
    left = MAX_PROMPT - len(text) - len("\nReplies so far:\n")
    replies = []
    for message in reversed(messages):
        reply = f"{message.get('author') or ''}: {(message.get('body') or '').strip()}\n"
        if len(reply) > left:
            break
        replies.insert(0, reply)
        left -= len(reply)
    return text + ("\nReplies so far:\n" + "".join(replies) if replies else "")


def truncate_for_openai(prompt, max_chars=MAX_PROMPT):
    """:return: the longest prefix of at most ``max_chars`` characters"""
    return prompt[: max(max_chars, 0)]


def clean_summary(text):
    """:return: the model's answer as plain text, at most ``MAX_SUMMARY`` characters"""
    text = _MARKS.sub("", _FENCE.sub("", clean_text(text)))
    return text.strip()[:MAX_SUMMARY]


def format_engagement_chatter(decision, owner_name, comment):
    """:param decision: ``approve`` or ``reject``
    :return: Markup of the public line in the thread; everything from outside is escaped
    """
    mark, word = ("✓", "Approved") if decision == "approve" else ("✗", "Rejected")
    line = Markup("<p><strong>{} {} by {}</strong></p>").format(mark, word, owner_name or "")
    return line + Markup("<p><em>{}</em></p>").format(_break_lines(comment)) if comment else line


def format_engagement_question(owner_name, question):
    """:return: Markup of the public line for an owner who asks instead of deciding"""
    line = Markup("<p><strong>? {} asks:</strong> {}</p>")
    return line.format(owner_name or "", _break_lines(question))


def _break_lines(text):
    return Markup("<br/>").join(escape(part) for part in text.splitlines())
