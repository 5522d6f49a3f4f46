import json

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError
from odoo.tools import mute_logger

from odoo.addons.fusion_base.tools.redact import redact_logger

_logger = redact_logger(__name__)
MAX_OPS = 200
MAX_BYTES = 1_000_000
_UUID_LENGTH = 64  # characters
_MODELS = {
    "adp": "fusion.assessment",
    "accessibility": "fusion.accessibility.assessment",
    "segment": "fusion.accessibility.segment",
}


class _Refused(Exception):
    """An op that cannot be done, with its code and text; its savepoint is rolled back."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def _clean(value):
    """:return: the same, without what the database cannot hold as text: NUL, lone surrogates"""
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, list):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(one) for key, one in value.items()}
    return value


class FusionAssessmentVisit(models.Model):
    """What tablets send: small changes, in order, perhaps twice, perhaps hours later."""

    _inherit = "fusion.assessment.visit"

    def _apply_ops(self, ops):
        """Do the changes a tablet sends, each for itself.

        :param ops: list of ``{"uuid", "type": create|update|cancel, "target": visit|adp|
            accessibility|segment, "ref": client_uuid or id, "item_type", "values", "base_rev"}``;
            a segment's values name its item as ``accessibility_id``
        :return: list of ``{"uuid", "status": applied|duplicate|conflict|partial|error, "id", "rev",
            "values", "errors", "warnings", "conflicts"}`` in the order of ``ops``; an error has
            ``error`` (``gone``, ``closed``, ``combination``, ``bad_type``, ``bad_op``,
            ``not_allowed``) and ``message``
        :raise UserError: no list, over 200 changes or over 1 MB; nothing is done then
        """
        self.ensure_one()
        self.check_access("read")
        self._check_ops(ops)
        self._lock()
        known = self._get_known_ops(ops)
        results, late, own_revs = {}, [], {}
        for turn in (range(len(ops)), late):
            for place in turn:
                result = self._answer_op(ops[place], known, own_revs)
                if result.get("error") == "gone" and turn is not late:
                    late.append(place)  # perhaps its create comes later in this call
                results[place] = result
        return [results[place] for place in range(len(ops))]

    @api.model
    def _check_ops(self, ops):
        if not isinstance(ops, list):
            raise UserError(self.env._("The changes must come as a list."))
        if len(ops) > MAX_OPS:
            raise UserError(self.env._("Send at most %s changes at once.", MAX_OPS))
        if len(json.dumps(ops, default=str)) > MAX_BYTES:
            raise UserError(self.env._("The changes are larger than 1 MB."))

    def _get_known_ops(self, ops):
        uuids = [op["uuid"] for op in ops if self._has_uuid(op)]
        rows = self.env["fusion.visit.op"].sudo().search_fetch(
            [("op_uuid", "in", uuids)], ["op_uuid", "visit_id", "result"]
        )  # fmt: skip
        return {row.op_uuid: (row.visit_id.id, row.result) for row in rows}

    @staticmethod
    def _has_uuid(op):
        uuid = op.get("uuid") if isinstance(op, dict) else None
        is_text = isinstance(uuid, str) and 0 < len(uuid) <= _UUID_LENGTH
        return is_text and uuid.isprintable()

    def _answer_op(self, op, known, own_revs):
        """:return: the answer; one that was done is kept, a refused one may be sent again"""
        if not self._has_uuid(op):
            uuid = op.get("uuid") if isinstance(op, dict) else None
            return self._prepare_refusal(
                uuid, "bad_op", self.env._("The change cannot be understood.")
            )
        uuid = op["uuid"]
        if uuid in known:
            visit_id, result = known[uuid]
            if visit_id == self.id:
                self._own_revision(op, result, own_revs)
                return {**result, "status": "duplicate"}
            return self._prepare_refusal(uuid, "bad_op", self.env._("This key is taken."))
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                result = {"uuid": uuid, **self._do_op(_clean(op), own_revs)}
                if result["status"] != "error":
                    self.env["fusion.visit.op"].sudo().create(
                        {
                            "visit_id": self.id,
                            "op_uuid": uuid,
                            "user_id": self.env.uid,
                            "result": result,
                        }
                    )
                    known[uuid] = (self.id, result)
                return result
        except _Refused as refusal:
            return self._prepare_refusal(uuid, refusal.code, str(refusal))
        except AccessError as error:
            return self._prepare_refusal(uuid, "not_allowed", str(error))
        except ValidationError as error:
            return self._prepare_refusal(uuid, "combination", str(error))
        except UserError as error:
            return self._prepare_refusal(uuid, "bad_type", str(error))
        except OperationalError:
            raise
        except Exception as error:  # op boundary: an unforeseen one must not hold up the others
            if self._is_known_by_now(error):
                raise ConcurrencyError(uuid) from error
            _logger.warning("A change sent by a tablet could not be read", exc_info=True)
            text = self.env._("The change cannot be understood.")
            return self._prepare_refusal(uuid, "bad_op", text)

    @staticmethod
    def _is_known_by_now(error):
        """Whether the same change, sent twice, was kept by the other request a moment ago."""
        return isinstance(error, UniqueViolation) and (
            error.diag.constraint_name == "fusion_visit_op_op_uuid_uniq"
        )

    def _own_revision(self, op, result, own_revs):
        """What a change did whose answer was lost is no other device's doing."""
        model = {**_MODELS, "visit": self._name}.get(str(op.get("target")))
        if model and result["status"] in ("applied", "partial"):
            own_revs.setdefault((model, result["id"]), set()).add(result["rev"])

    def _prepare_refusal(self, uuid, code, message):
        return {
            "uuid": uuid,
            "status": "error",
            "error": code,
            "message": message,
            "id": False,
            "rev": self.rev,
            "values": {},
            "errors": {},
            "warnings": [],
            "conflicts": {},
        }

    def _do_op(self, op, own_revs):
        if self.state not in ("measuring", "client_pending"):
            raise _Refused(
                "closed", self.env._("This visit is closed. Ask the office to reopen it.")
            )
        values = op.get("values") or {}
        target, work = op.get("target"), op.get("type")
        if not isinstance(values, dict) or (target != "visit" and target not in _MODELS):
            raise _Refused("bad_op", self.env._("The change cannot be understood."))
        if work == "create" and target != "visit":
            record, values = self._do_create(target, op, dict(values))
        elif work in ("update", "cancel"):
            record = self if target == "visit" else self._find_target(target, op.get("ref"))
        else:
            raise _Refused("bad_op", self.env._("The change cannot be understood."))
        if work == "cancel":
            return self._do_cancel(record)
        return self._do_update(record, values, op.get("base_rev"), work == "create", own_revs)

    def _find_target(self, target, ref):
        """:return: the record (sudo) of this visit; that the user sees the visit was checked"""
        records_sudo = self.env[_MODELS[target]].sudo()
        path = "accessibility_id.visit_id" if target == "segment" else "visit_id"
        is_id = isinstance(ref, int) and not isinstance(ref, bool)
        if not is_id and not (isinstance(ref, str) and ref):
            raise _Refused("bad_op", self.env._("The change does not say of what."))
        found = records_sudo.search(
            [("id" if is_id else "client_uuid", "=", ref), (path, "=", self.id)], limit=1
        )
        if not found:
            raise _Refused("gone", self.env._("This is no longer there."))
        return found

    def _do_create(self, target, op, values):
        """:return: ``(record (sudo), values that are left to write)``; what is there is kept"""
        if not self.has_access("write"):
            raise _Refused("not_allowed", self.env._("Only the sales rep adds items."))
        ref = op.get("ref")
        if not isinstance(ref, str) or not 0 < len(ref) <= _UUID_LENGTH:
            raise _Refused("bad_op", self.env._("The change does not say of what."))
        if target == "segment":
            return self._create_segment(ref, values)
        item = self._add_item(
            target,
            op.get("item_type"),
            location_tag=values.pop("location_tag", "inside"),
            location_label=values.pop("location_label", None),
            same_as_previous=values.pop("same_as_previous", False) is True,
            client_uuid=ref,
        )
        return item.sudo(), values

    def _create_segment(self, ref, values):
        item = self._find_target("accessibility", values.pop("accessibility_id", None))
        self._check_item_open(item)
        known = item.segment_ids.filtered(lambda segment: segment.client_uuid == ref)
        if known:
            return known, values
        sequence = 10 + max(item.segment_ids.mapped("sequence"), default=0)
        segment = self.env["fusion.accessibility.segment"].sudo().create(
            {"accessibility_id": item.id, "client_uuid": ref, "sequence": sequence}
        )  # fmt: skip
        return segment, values

    def _check_item_open(self, item):
        if item.state in ("completed", "cancelled"):
            raise _Refused("closed", self.env._("%s is closed.", item.display_name))

    def _do_cancel(self, record):
        if not self.has_access("write") or record == self:
            raise _Refused("not_allowed", self.env._("Only the sales rep cancels items."))
        record_id, rev = record.id, record.rev + 1
        if record._name == "fusion.accessibility.segment":
            item = record.accessibility_id
            self._check_item_open(item)
            record.unlink()
            item._settle_entries()
        elif record.state == "completed":
            raise _Refused("closed", self.env._("%s is closed.", record.display_name))
        else:
            record.write({"state": "cancelled", "rev": rev})
        self._raise_rev()
        return self._prepare_result("applied", record_id, rev)

    def _do_update(self, record, values, base_rev, is_new, own_revs):
        item = record
        if record._name == "fusion.accessibility.segment":
            item = record.accessibility_id
        if item != self:
            self._check_item_open(item)
        key = (record._name, record.id)
        mine = own_revs.setdefault(key, set())
        is_number = isinstance(base_rev, int) and not isinstance(base_rev, bool)
        if is_new and not is_number:
            base_rev, is_number = record.rev, True
        before = record.rev
        written, errors, conflicts = record.sudo()._merge(
            values, base_rev if is_number else 0, mine, self._get_writable(record)
        )
        if record.rev != before:
            mine.add(record.rev)
        if written and record != self:
            self._raise_rev()
        if (written or is_new) and item != self:
            item._settle_entries()
        if not written and not is_new and (conflicts or errors):
            status = "conflict" if conflicts else "error"
        else:
            status = "partial" if conflicts or self._has_refused(record, errors) else "applied"
        result = self._prepare_result(status, record.id, record.rev)
        if status == "error":
            result |= {"error": "not_allowed", "message": " ".join(errors.values())}
        if item != self:
            found = item._measure_errors()
            errors = {name: found[name] for name in values if name in found} | errors
            result |= {"values": item._get_computed(), "warnings": item._measure_warnings()}
        return result | {"errors": errors, "conflicts": conflicts}

    @api.model
    def _has_refused(self, record, errors):
        """Whether a value was not kept; text that cannot be read is kept as text."""
        raws = record.raw_values or {}
        return any(name not in raws for name in errors)

    def _prepare_result(self, status, record_id, rev):
        return {
            "status": status,
            "id": record_id,
            "rev": rev,
            "values": {},
            "errors": {},
            "warnings": [],
            "conflicts": {},
        }

    def _raise_rev(self):
        """A device that asks can see that something changed."""
        self.sudo().rev += 1

    @api.model
    def _may_choose(self, name, record_id):
        if name == "partner_id":
            # Only what the client search returned: clients of visits that the user may read.
            return bool(self.sudo(False).search_count([("partner_id", "=", record_id)], limit=1))
        if name == "authorizer_id":
            return record_id in self._get_authorizers().ids
        return name == "state_id" and bool(
            self.env["res.country.state"].sudo().search_count([("id", "=", record_id)], limit=1)
        )

    def _get_authorizers(self):
        """:return: res.partner (sudo) of whom one may authorize this visit"""
        return self.env["res.partner"].sudo().search(
            [
                ("x_fc_is_authorizer", "=", True),
                ("company_id", "in", [False, (self.company_id or self.env.company).id]),
            ],
            order="name",
        )  # fmt: skip

    def _get_writable(self, record):
        """:return: names that the user may send for this record"""
        if self.has_access("write"):
            own = record == self and self.partner_id
            closed = ("segment_ids", *(self._TYPED_FIELDS if own else ()))
            return [name for name in record._PORTAL_FIELDS if name not in closed]
        return record._CLINICAL_FIELDS if record._name == "fusion.assessment" else ()
