from odoo import http
from odoo.http import request


class FusionStartPage(http.Controller):
    _start_url = "/fusion"

    # website=True: with portal installed the page's layout needs the frontend's languages.
    @http.route(
        _start_url,
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
        website=True,
        sitemap=False,
    )
    def fusion_start(self, **_params):
        links = request.env["fusion.start"]._fusion_start_links()
        links = sorted(links, key=lambda link: (link["sequence"], link["label"]))
        return request.render("fusion_base.start_page", {"links": links})
