from odoo import http
from odoo.http import request


class FusionClockBoard(http.Controller):
    """The board on the wall and the list for the assembly point. Both change nothing."""

    _board_url = "/fusion_clock/board"
    _muster_url = "/fusion_clock/board/muster"

    @http.route(_board_url, type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def board(self, **_params):
        return self._render("fusion_clock.board_page")

    @http.route(_muster_url, type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def muster(self, **_params):
        return self._render("fusion_clock.muster_page")

    @http.route("/fusion_clock/board/watch", type="jsonrpc", auth="user")
    def watch(self):
        """An open board says so, or clockings would not be announced."""
        request.env["fusion.clock.board"]._mark_watched()
        return {"success": True}

    def _render(self, template):
        board = request.env["fusion.clock.board"]
        if not board._may_see():
            return request.not_found()
        answer = request.render(template, board._prepare_page_values())
        answer.headers["Cache-Control"] = "no-store"
        return answer
