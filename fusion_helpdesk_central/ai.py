"""The summariser: one POST to an OpenAI-compatible server.

Source: the provider's public reference of ``POST /chat/completions``.
"""

from odoo.addons.fusion_base.tools.address import LOOPBACK
from odoo.addons.fusion_base.tools.outbound import OutboundClient, OutboundError

from .utils import clean_summary

MAX_BYTES = 256 << 10  # an answer is a few hundred words


class SummaryError(Exception):
    """No usable summary. Its text holds no key, no prompt and no answer."""


class SummaryClient:
    """:param base_url: https, or http on loopback
    :param timeout: seconds for the whole call, one number
    """

    def __init__(self, base_url, api_key, model, timeout=15):
        self._model = model
        self._http = OutboundClient(
            base_url, timeout=timeout, allow_private=LOOPBACK, allow_http=LOOPBACK,
            max_bytes=MAX_BYTES, headers={"Authorization": f"Bearer {api_key}"},
        )  # fmt: skip

    def complete(self, prompt):
        """:return: plain text, never empty
        :raise SummaryError: when there is no answer, or none that can be read
        """
        body = {
            "model": self._model,
            "temperature": 0.2,
            "messages": [{"role": "user", "content": prompt}],
        }
        try:
            answer = self._http.post("/chat/completions", json=body)
        except OutboundError as error:
            raise SummaryError(f"{type(error).__name__} {error.status or ''}".strip()) from None
        summary = clean_summary(_read_content(answer))
        if not summary:
            raise SummaryError("empty answer")
        return summary


def _read_content(answer):
    try:
        content = answer["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        raise SummaryError("unreadable answer") from None
    if not isinstance(content, str):
        raise SummaryError("unreadable answer")
    return content
