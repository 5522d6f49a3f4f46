import logging

from odoo.tests import BaseCase, tagged

from ..tools.access_log import MaskPathTokens, mask_paths


@tagged("post_install", "-at_install")
class TestAccessLog(BaseCase):
    def mask(self, message, *arguments):
        record = logging.makeLogRecord({"msg": message, "args": arguments})
        self.assertTrue(MaskPathTokens("/door/(?:in|out)/").filter(record))
        return record.getMessage()

    def test_the_token_goes_and_the_rest_stays(self):
        self.assertEqual(self.mask("GET %s 200", "/door/in/key-1?a=1"), "GET /door/in/***?a=1 200")
        self.assertEqual(self.mask('"/door/out/key/more"'), '"/door/out/***/more"')
        self.assertEqual(self.mask("/window/in/key %d", 3), "/window/in/key 3")
        record = logging.makeLogRecord({"msg": "%d", "args": ("/door/in/key",)})
        self.assertTrue(MaskPathTokens("/door/in/").filter(record))

    def test_each_prefix_once(self):
        logger = logging.getLogger("werkzeug")
        self.addCleanup(setattr, logger, "filters", list(logger.filters))
        for _time in range(2):
            mask_paths("/door/in/")
        found = [item for item in logger.filters if getattr(item, "prefix", "") == "/door/in/"]
        self.assertEqual(len(found), 1)
