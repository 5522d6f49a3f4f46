import base64
import binascii
import hashlib
import hmac
import json
import random
import time
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.fusion_base.tools import outbound, signing

from .. import const

DUE = ("pending", "failed")
MAX_PAYLOAD = 65536  # bytes


class FusionBillingWebhook(models.Model):
    """An event for an app: written with the fact, sent later, at least once."""

    _name = "fusion.billing.webhook"
    _description = "Billing Webhook"
    _order = "id desc"
    _rec_name = "event_type"

    service_id = fields.Many2one(
        "fusion.billing.service", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="service_id.company_id", store=True, index=True)
    event_type = fields.Char("Event", required=True, readonly=True)
    event_id = fields.Char("Event Id", required=True, readonly=True, copy=False)
    subscription_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="set null"
    )
    sequence = fields.Integer(readonly=True, help="Counts the events of a subscription from 1.")
    payload = fields.Text(required=True, readonly=True, help="The exact text that is sent.")
    payload_pretty = fields.Text("Content", compute="_compute_payload_pretty")
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("sent", "Sent"),
            ("failed", "Failed, tried again"),
            ("dead", "Given up"),
            ("held", "Held back"),
        ],
        required=True,
        default="pending",
        readonly=True,
    )
    attempts = fields.Integer(readonly=True)
    next_retry_at = fields.Datetime("Next Attempt", readonly=True)
    signature = fields.Char(readonly=True)
    last_status = fields.Integer("Last Answer", readonly=True)
    last_error = fields.Char(size=const.WEBHOOK_EXCERPT, readonly=True)
    sent_at = fields.Datetime("Sent", readonly=True)
    replay_of_id = fields.Many2one("fusion.billing.webhook", readonly=True, ondelete="cascade")
    attempt_ids = fields.One2many("fusion.billing.webhook.attempt", "webhook_id", readonly=True)

    _event_uniq = models.UniqueIndex("(event_id) WHERE replay_of_id IS NULL")
    _sequence_uniq = models.UniqueIndex(
        "(service_id, COALESCE(subscription_id, 0), sequence) WHERE replay_of_id IS NULL"
    )
    _due_idx = models.Index("(next_retry_at) WHERE state IN ('pending', 'failed')")

    @api.depends("payload")
    def _compute_payload_pretty(self):
        for event in self:
            event.payload_pretty = json.dumps(
                json.loads(event.payload or "{}"), indent=2, ensure_ascii=False
            )

    @api.model
    def _store(self, service, event_type, subscription, data):
        """Write one event into the outbox, in the transaction of its fact.

        :param subscription: sale.order or empty; its events keep their order
        :param data: JSON object
        :return: sudoed event
        """
        self._lock_queue(service, subscription)
        sequence = self._get_next_sequence(service, subscription)
        event_id = str(uuid.uuid4())
        now = fields.Datetime.now()
        payload = {
            "id": event_id,
            "type": event_type,
            "api_version": const.WEBHOOK_API_VERSION,
            "created_at": f"{now.isoformat()}Z",
            "sequence": sequence,
            "service": service.code,
            "data": data,
            **self._prepare_lago_keys(service, event_type),
        }
        text = json.dumps(payload, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        if len(text.encode()) > MAX_PAYLOAD:
            raise UserError(self.env._("The event %s is too large.", event_type))
        event = self.sudo().create(
            {
                "service_id": service.id,
                "event_type": event_type,
                "event_id": event_id,
                "subscription_id": subscription.id if subscription else False,
                "sequence": sequence,
                "payload": text,
                "state": "pending" if service.webhook_enabled else "held",
                "next_retry_at": now,
            }
        )
        event._trigger_dispatch()
        return event

    def _lock_queue(self, service, subscription):
        """Two transactions that tell of one subscription take their numbers one after the other."""
        name = f"fusion.billing.webhook:{service.id}:{subscription.id if subscription else 0}"
        digest = hashlib.sha256(name.encode()).digest()
        number = int.from_bytes(digest[:8], "big", signed=True)
        self.env.cr.execute("SELECT pg_advisory_xact_lock(%s)", [number])

    def _get_next_sequence(self, service, subscription):
        domain = [
            ("service_id", "=", service.id),
            ("subscription_id", "=", subscription.id if subscription else False),
            ("replay_of_id", "=", False),
        ]
        newest = self.sudo().search(domain, order="sequence desc", limit=1)
        return newest.sequence + 1

    @api.autovacuum
    def _gc_sent(self):
        """Sent events leave after 90 days; those given up stay."""
        old = fields.Datetime.now() - timedelta(days=const.SENT_EVENT_DAYS)
        self.sudo().search([("state", "=", "sent"), ("sent_at", "<", old)], limit=10_000).unlink()

    def _trigger_dispatch(self):
        if self:
            self.env.ref("fusion_centralize_billing.cron_fc_dispatch_webhooks").sudo()._trigger()

    @api.model
    def _cron_dispatch(self, now=None):
        """Send what is due: of each subscription only the oldest, services in turn.

        :return: ``{"sent", "failed", "dead", "waiting"}``: numbers; waiting are due and not sent
        """
        now = now or fields.Datetime.now()
        limit = self.env["ir.config_parameter"]._fc_billing_int(
            "webhook_batch", const.DEFAULT_BATCH
        )
        in_cron = self.env.context.get("ir_cron_progress_id")
        result = {"sent": 0, "failed": 0, "dead": 0, "waiting": 0}
        slow = set()  # services whose endpoint ran into the timeout in this run
        heads = self._find_heads(now, limit)
        if in_cron:
            self.env["ir.cron"]._commit_progress(remaining=len(heads))
        for event in heads:
            event = event[0].try_lock_for_update()  # [0]: a commit would fetch the whole set again
            if not event or event.state not in DUE:
                continue
            if event.service_id.id in slow:
                result["waiting"] += 1
                continue
            with self.env.cr.savepoint():
                event._deliver()
            if event.last_error == TIMED_OUT:
                slow.add(event.service_id.id)
            result[event.state] += 1
            if in_cron and not self.env["ir.cron"]._commit_progress(1):
                break
        if len(heads) == limit or result["sent"]:
            self._trigger_if_more(now)
        return result

    def _trigger_if_more(self, now):
        if self._find_heads(now, 1):
            self._trigger_dispatch_always()

    def _trigger_dispatch_always(self):
        self.env.ref("fusion_centralize_billing.cron_fc_dispatch_webhooks").sudo()._trigger()

    @api.model
    def _find_heads(self, now, limit):
        """:return: due events: the first unsent one of each subscription, and replays; services in
        turn, each one's oldest first"""
        self.flush_model()
        self.env["fusion.billing.service"].flush_model()
        self.env.cr.execute(
            """
            WITH head AS (
                SELECT DISTINCT ON (service_id, COALESCE(subscription_id, -id))
                       id, service_id, next_retry_at
                  FROM fusion_billing_webhook
                 WHERE state IN ('pending', 'failed') AND replay_of_id IS NULL
                 ORDER BY service_id, COALESCE(subscription_id, -id), sequence),
            due AS (
                SELECT id, service_id FROM head WHERE next_retry_at <= %(now)s
                UNION ALL
                SELECT id, service_id FROM fusion_billing_webhook
                 WHERE state IN ('pending', 'failed') AND replay_of_id IS NOT NULL
                   AND next_retry_at <= %(now)s),
            turn AS (
                SELECT due.id, ROW_NUMBER() OVER (PARTITION BY due.service_id ORDER BY due.id) AS n
                  FROM due JOIN fusion_billing_service s ON s.id = due.service_id
                 WHERE s.active AND s.webhook_enabled AND s.webhook_url IS NOT NULL)
            SELECT id FROM turn ORDER BY n, id LIMIT %(limit)s""",
            {"now": now, "limit": limit},
        )
        return self.sudo().browse(row[0] for row in self.env.cr.fetchall())

    def _deliver(self):
        """Send once and note what came of it.

        :return: whether the app took it (a 2xx)
        """
        self.ensure_one()
        self = self.sudo()  # nobody writes events but this
        begin = time.monotonic()
        status, error, excerpt, wait_s = self._send()
        milliseconds = int((time.monotonic() - begin) * 1000)
        self.env["fusion.billing.webhook.attempt"].sudo().create(
            {
                "webhook_id": self.id,
                "status": status,
                "milliseconds": milliseconds,
                "excerpt": excerpt,
                "error": error,
            }
        )
        if 200 <= status < 300 and not error:
            self.write(
                {
                    "state": "sent",
                    "attempts": self.attempts + 1,
                    "sent_at": fields.Datetime.now(),
                    "last_status": status,
                    "last_error": False,
                }
            )
            return True
        self._note_failure(status, error or f"HTTP {status}", wait_s)
        return False

    def _send(self):
        """:return: (status or 0, error in words or False, start of the answer, seconds that the app
        asks to wait)"""
        service = self.service_id
        body = self.payload.encode()
        stamp = int(time.time())
        secrets = service._get_webhook_secrets()
        if not secrets:
            return 0, self.env._("The service has no secret to sign with."), False, 0
        headers = self._prepare_headers(secrets, stamp, body)
        self.signature = headers[signing.SIGNATURE_HEADER]
        client = outbound.OutboundClient(
            service.webhook_url,
            timeout=const.WEBHOOK_TIMEOUT_S,
            max_bytes=const.WEBHOOK_READ_BYTES,
            allowed_hosts=self._get_allowed_hosts(),
        )
        try:
            answer = client.request("POST", content=body, headers=headers, truncate=True)
        except outbound.OutboundBlocked as error:
            return 0, f"{error.code.replace('_', ' ')}", False, 0
        except outbound.OutboundUnreachable as error:
            return 0, TIMED_OUT if error.timed_out else str(error), False, 0
        except outbound.OutboundBusy as error:
            return error.status, False, _excerpt(error.answer), error.retry_after or 0
        except outbound.OutboundError as error:
            return error.status, False, _excerpt(error.answer), 0
        return answer.status, False, _excerpt(answer), 0

    def _prepare_headers(self, secrets, stamp, body):
        """Ours and those of Standard Webhooks 1.0, one signature per valid secret."""
        standard = [self._sign_standard(secret, stamp, body) for secret in secrets]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": const.WEBHOOK_AGENT,
            "X-Fusion-Event": self.event_type,
            "X-Fusion-Event-Id": self.event_id,
            "X-Fusion-Sequence": str(self.sequence),
            signing.SIGNATURE_HEADER: signing.sign_webhook(secrets, body, now=stamp),
            "webhook-id": self.event_id,
            "webhook-timestamp": str(stamp),
        }
        if any(standard):
            headers["webhook-signature"] = " ".join(filter(None, standard))
        return {**headers, **self._prepare_lago_headers(secrets, body)}

    @api.model
    def _prepare_lago_keys(self, service, event_type):
        """:return: what clients of Lago read in the body"""
        if not service.lago_headers:
            return {}
        return {"webhook_type": event_type, "object_type": event_type.partition(".")[0]}

    def _prepare_lago_headers(self, secrets, body):
        """Lago's HMAC has one signature: that of the newest secret."""
        if not self.service_id.lago_headers:
            return {}
        digest = hmac.new(secrets[0].encode(), body, hashlib.sha256).digest()
        return {
            "X-Lago-Signature": base64.b64encode(digest).decode(),
            "X-Lago-Signature-Algorithm": "hmac",
            "X-Lago-Unique-Key": self.event_id,
        }

    def _sign_standard(self, secret, stamp, body):
        """:return: ``v1,<base64>``, None where the secret is no base64"""
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            return None
        message = f"{self.event_id}.{stamp}.".encode() + body
        digest = hmac.new(key, message, hashlib.sha256).digest()
        return f"v1,{base64.b64encode(digest).decode()}"

    @api.model
    def _sign(self, secret, timestamp, body):
        """:param secret: the whole text, ``whsec_`` included
        :return: hex HMAC-SHA-256 of ``"<timestamp>." + body``"""
        return signing.sign_webhook([secret], body, now=timestamp).partition("v1=")[2]

    @api.model
    def _get_allowed_hosts(self):
        return tuple(self.env["ir.config_parameter"]._fc_billing_list("webhook_allowed_hosts"))

    @api.model
    def _check_url(self, url, saving=False):
        """:param saving: a name that does not resolve yet is accepted, a delivery to it fails
        :return: list of the addresses that may be called
        :raise UserError: the address is not safe to call
        """
        try:
            return outbound.check_url(url, allowed_hosts=self._get_allowed_hosts())
        except outbound.OutboundUnreachable as error:
            if saving and url.lower().startswith("https:"):
                return []
            raise UserError(self.env._("The name in %s cannot be found.", url)) from error
        except outbound.OutboundBlocked as error:
            raise UserError(
                self.env._(
                    "Webhooks cannot be sent to this address (%(reason)s). Use a public https "
                    "address, or let an administrator allow the host.",
                    reason=error.code.replace("_", " "),
                )
            ) from error

    @api.model
    def _retry_delay(self, attempts):
        """:return: seconds to wait after that many attempts, without jitter"""
        return min(const.RETRY_MAX_S, const.RETRY_FIRST_S * const.RETRY_FACTOR ** (attempts - 1))

    def _note_failure(self, status, error, wait_s=0):
        """:param wait_s: the app's Retry-After: no earlier than that"""
        attempts = self.attempts + 1
        most = self.env["ir.config_parameter"]._fc_billing_int(
            "webhook_max_attempts", const.DEFAULT_MAX_ATTEMPTS
        )
        is_gone = status == 410
        delay = self._retry_delay(attempts) * random.uniform(
            1 - const.RETRY_JITTER, 1 + const.RETRY_JITTER
        )
        self.write(
            {
                "state": "dead" if is_gone or attempts >= most else "failed",
                "attempts": attempts,
                "last_status": status,
                "last_error": (error or "")[: const.WEBHOOK_EXCERPT],
                "next_retry_at": fields.Datetime.now() + timedelta(seconds=max(delay, wait_s)),
            }
        )
        if is_gone:
            self.service_id.sudo().webhook_enabled = False
        if self.state == "dead":
            self._tell_managers()

    def _tell_managers(self):
        """One open activity on the subscription, for a billing manager."""
        order = self.subscription_id
        group = self.env.ref("fusion_centralize_billing.group_billing_manager")
        manager = group.sudo().all_user_ids.filtered("active")[:1]
        summary = self.env._("An event could not be delivered to %s", self.service_id.name)
        if order and not order.activity_ids.filtered(lambda one: one.summary == summary):
            order.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=summary,
                note=self.last_error,
                user_id=manager.id or self.env.uid,
            )

    def action_replay(self):
        """Send again, under the same event id; it does not hold others up.

        :return: the new rows
        """
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(
            "fusion_centralize_billing.group_billing_manager"
        ):
            raise UserError(self.env._("Only billing managers send events again."))
        replays = self.browse()
        for event in self:
            replays |= self.sudo().create(
                {
                    "service_id": event.service_id.id,
                    "event_type": event.event_type,
                    "event_id": event.event_id,
                    "subscription_id": event.subscription_id.id,
                    "sequence": event.sequence,
                    "payload": event.payload,
                    "next_retry_at": fields.Datetime.now(),
                    "replay_of_id": (event.replay_of_id or event).id,
                }
            )
        replays._trigger_dispatch()
        return replays


TIMED_OUT = "timed out"


def _excerpt(answer):
    return answer.content.decode("utf-8", "replace")[: const.WEBHOOK_EXCERPT] if answer else False
