import json

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request
from odoo.tools import file_open
from odoo.tools.translate import code_translations

from ..services import pictures

_ADDON = "fusion_portal"
_PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


class VisitWorkspace(http.Controller):
    """One visit on a tablet. Whoever may not see it is told that there is no such page."""

    _visit_url = "/my/visit/<int:visit_id>"
    _photo_url = "/my/visit/photo/<int:photo_id>"
    _worker_url = "/my/visit/service-worker.js"
    _search_url = "/my/visit/clients"

    # -- Pages ------------------------------------------------------------------------------------

    @http.route(_visit_url, type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def page(self, visit_id, **_params):
        """The shell: the same for every visit of a person, so that a tablet may keep it."""
        visit = self._find(visit_id, "workspace")
        lang = request.env.lang or "en_US"
        texts = code_translations.get_web_translations(_ADDON, lang)["messages"]
        setup = {
            "user_id": request.env.uid,
            "csrf_token": request.csrf_token(),
            "lang": lang.replace("_", "-"),
            "schema": visit._get_schema(),
            "texts": {message["id"]: message["string"] for message in texts},
        }
        values = {"setup": json.dumps(setup), "lang": setup["lang"]}
        answer = request.render("fusion_portal.portal_visit_workspace", values)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @http.route(_worker_url, type="http", auth="public", methods=["GET"], sitemap=False)
    def service_worker(self):
        with file_open(f"{_ADDON}/static/src/worker/service_worker.js") as script:
            headers = {
                "Content-Type": "text/javascript; charset=utf-8",
                "Service-Worker-Allowed": "/my/visit",
                "Cache-Control": "no-cache",
            }
            return request.make_response(script.read(), list(headers.items()))

    @http.route(_photo_url, type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def photo(self, photo_id, small=None, **_params):
        photos = request.env["fusion.assessment.photo"]
        photo = photos.browse()
        if photos.has_access("read"):
            photo = photos.search([("id", "=", photo_id)], limit=1)
        if not photo:
            visit = photos.sudo().search([("id", "=", photo_id)], limit=1).visit_id
            visit._log_denied("photo")
            raise NotFound
        photo.visit_id._log_view("photo")
        name = "thumbnail" if small else "image"
        stream = request.env["ir.binary"]._get_stream_from(photo.sudo(), name)
        answer = stream.get_response()
        answer.headers.update(_PRIVATE)
        return answer

    @http.route(
        f"{_visit_url}/summary", type="http", auth="user", methods=["GET"], website=True,
        sitemap=False,
    )  # fmt: skip
    def summary(self, visit_id, **_params):
        visit = self._find(visit_id, "summary")
        content, _kind = (
            request.env["ir.actions.report"]
            .sudo()
            ._render_qweb_pdf("fusion_portal.action_report_visit_summary", visit.ids)
        )
        headers = {
            **_PRIVATE,
            "Content-Type": "application/pdf",
            "Content-Disposition": content_disposition(
                f"{visit.name}.pdf".replace("/", "-"), "inline"
            ),
        }
        return request.make_response(content, list(headers.items()))

    # -- Data -------------------------------------------------------------------------------------

    @http.route(f"{_visit_url}/state", type="jsonrpc", auth="user", website=True)
    def state(self, visit_id):
        visit = self._find(visit_id, "workspace")
        # A page that lay in the tablet's store has an old token.
        return {**visit._get_state(), "csrf_token": request.csrf_token()}

    @http.route(f"{_visit_url}/item/add", type="jsonrpc", auth="user", website=True)
    def add_item(self, visit_id, kind=None, item_type=None, location_tag="inside",
                 location_label=None, same_as_previous=False, client_uuid=None):  # fmt: skip
        visit = self._find(visit_id)
        return visit._add_item_online(
            kind=kind,
            item_type=item_type,
            location_tag=location_tag,
            location_label=location_label,
            same_as_previous=same_as_previous is True,
            client_uuid=client_uuid,
        )

    @http.route(f"{_visit_url}/sync", type="jsonrpc", auth="user", website=True)
    def sync(self, visit_id, ops=None, with_state=False):
        """:param with_state: also answer what ``/state`` does, for the price of one call"""
        visit = self._find(visit_id)
        try:
            results = visit._apply_ops(ops)
        except UserError as error:
            return self._refuse("bad_ops", error)
        answer = {"results": results, "rev": visit.rev}
        if with_state:
            answer["state"] = {**visit._get_state(), "csrf_token": request.csrf_token()}
        return answer

    @http.route(
        f"{_visit_url}/photo", type="http", auth="user", methods=["POST"], website=True,
        sitemap=False,
    )  # fmt: skip
    def add_photo(self, visit_id, file=None, client_uuid=None, kind=None, item_id=None, slot=None,
                  caption=None, taken_at=None, **_params):  # fmt: skip
        visit = self._find(visit_id)
        env = request.env
        if not hasattr(file, "read"):
            return self._answer_photo(400, "bad_photo", env._("There is no file."))
        raw = file.read(pictures.MAX_BYTES + 1)
        try:
            photo = visit._add_photo(
                raw, client_uuid, kind, int(item_id) if (item_id or "").isdecimal() else None,
                slot, caption, taken_at,
            )  # fmt: skip
        except pictures.TooLarge:
            text = env._("The photo is too large: at most 10 MB and 40 million dots.")
            return self._answer_photo(413, "too_large", text)
        except pictures.NoPhoto:
            text = env._("This is no photo that can be read: JPEG, PNG or WebP.")
            return self._answer_photo(415, "no_photo", text)
        except UserError as error:
            return self._answer_photo(400, "refused", str(error))
        return request.make_json_response({"id": photo.id, "url": f"/my/visit/photo/{photo.id}"})

    @http.route(f"{_visit_url}/item/<int:item_id>/sign", type="jsonrpc", auth="user", website=True)
    def sign(self, visit_id, item_id, role=None, name=None, signature=None, relationship=False,
             consent=False):  # fmt: skip
        visit = self._find(visit_id)
        item = visit._live_items()[0].filtered(lambda one: one.id == item_id)
        if not item:
            return self._refuse("gone", request.env._("This item is no longer there."))
        try:
            with request.env.cr.savepoint():
                item._sign_online(
                    role, name, signature, relationship, consent,
                    request.httprequest.remote_addr,
                )  # fmt: skip
        except UserError as error:
            return self._refuse("refused", error)
        return {"ok": True}

    @http.route(f"{_visit_url}/measurements_done", type="jsonrpc", auth="user", website=True)
    def measurements_done(self, visit_id):
        visit = self._find(visit_id)
        gaps = visit._get_measure_gaps()
        if gaps:
            return {"error": {"code": "incomplete"}, "missing": gaps}
        try:
            if visit.state == "measuring":
                visit.action_measurements_done()
        except UserError as error:
            return self._refuse("refused", error)
        return {"ok": True, "orders": visit._get_order_values()}

    @http.route(f"{_visit_url}/complete", type="jsonrpc", auth="user", website=True)
    def complete(self, visit_id):
        visit = self._find(visit_id)
        if visit.state in ("measuring", "client_pending"):
            gaps = visit._check_completable()
            if gaps:
                return {"error": {"code": "incomplete"}, "missing": gaps}
        try:
            with request.env.cr.savepoint():
                visit.action_complete()
        except UserError as error:
            return self._refuse("refused", error)
        return {"ok": True, "orders": visit._get_order_values()}

    @http.route(f"{_visit_url}/cancel", type="jsonrpc", auth="user", website=True)
    def cancel(self, visit_id, reason=None):
        visit = self._find(visit_id)
        try:
            visit.action_cancel(reason if isinstance(reason, str) else "")
        except UserError as error:
            return self._refuse("refused", error)
        return {"ok": True, "orders": []}

    @http.route(_search_url, type="jsonrpc", auth="user", website=True)
    def search_clients(self, text=""):
        visits = request.env["fusion.assessment.visit"]
        if not visits._is_rep():
            raise NotFound
        return {"clients": visits._search_clients(text)}

    # -- Shared -----------------------------------------------------------------------------------

    def _find(self, visit_id, seen=None):
        """:param seen: name of what is looked at, for the log of looks at health information
        :return: the visit, for its reader
        :raise NotFound: unknown or another's, alike"""
        visit = request.env["fusion.assessment.visit"]._find_visible(visit_id)
        if not visit:
            raise NotFound
        if seen:
            visit._log_view(seen)
        return visit

    def _refuse(self, code, error):
        return {"error": {"code": code, "message": str(error)}}

    def _answer_photo(self, status, code, message):
        body = {"error": {"code": code, "message": message}}
        return request.make_json_response(body, status=status)
