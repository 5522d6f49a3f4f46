import io
from datetime import datetime

import openpyxl

from odoo.tests import BaseCase, tagged

from odoo.addons.fusion_claims.services import catalogue_file


def make_csv(*lines, encoding="utf-8"):
    return "\r\n".join(lines).encode(encoding)


def make_xlsx(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@tagged("post_install", "-at_install")
class TestCatalogueFile(BaseCase):
    def read_file(self, content):
        return catalogue_file.read_catalogue(content)

    def reasons(self, content):
        """:return: [(row, heading, reason)] of the wrong cells"""
        catalogue = self.read_file(content)
        return [(row, heading, reason) for row, heading, _cell, reason, _more in catalogue.errors]

    def refusal(self, content):
        with self.assertRaises(catalogue_file.CatalogueError) as caught:
            self.read_file(content)
        return caught.exception.code

    def test_separators_and_encodings(self):
        rows = {
            "WM1": {"device_code": "WM1", "description": "Léger", "adp_price": 1234.5},
            "WM2": {"device_code": "WM2", "description": "Été", "adp_price": 80.0},
        }
        for mark in ",;\t":
            for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
                with self.subTest(mark=mark, encoding=encoding):
                    lines = (
                        mark.join(("Device Code", "Description", "ADP Price")),
                        mark.join(("wm1 ", "Léger", '"1,234.50"')),
                        mark.join(("WM2", "Été", "80.00")),
                    )
                    catalogue = self.read_file(make_csv(*lines, encoding=encoding))
                    self.assertEqual(catalogue.errors, [])
                    self.assertEqual(catalogue.rows, rows)

    def test_french_headings_and_amounts(self):
        catalogue = self.read_file(
            make_csv(
                "Catalogue du programme;;",
                ";;",
                "Code de l'appareil;Prix approuvé;Numéro de série requis",
                "A1;1\u00a0234,50 $;oui",
                "A2;1.234,50;non",
                "A3;7,5;",
            )
        )
        self.assertEqual(
            catalogue.rows,
            {
                "A1": {"device_code": "A1", "adp_price": 1234.5, "sn_required": True},
                "A2": {"device_code": "A2", "adp_price": 1234.5, "sn_required": False},
                "A3": {"device_code": "A3", "adp_price": 7.5},
            },
        )
        self.assertEqual(catalogue.lines, {"A1": 4, "A2": 5, "A3": 6})
        self.assertEqual(catalogue.columns["adp_price"], "Prix approuvé")

    def test_amounts(self):
        for text, decimal, amount in (
            ("1234", "", 1234),
            ("$1,234.50", "", 1234.5),
            ("1 234,5", "", 1234.5),
            ("1,234,567", "", 1234567 / 10),
            ("1,234", ".", 1234),
            ("1.234", ",", 1234),
            ("0", "", 0),
            (12.345, "", 12.35),
            (99.999999999, "", 100),
            (7, "", 7),
        ):
            with self.subTest(text=text):
                if amount == 123456.7:  # above a million is no price
                    with self.assertRaises(catalogue_file.CatalogueError):
                        catalogue_file.to_amount(text, decimal)
                else:
                    self.assertEqual(catalogue_file.to_amount(text, decimal), amount)
        for text, decimal, reason in (
            ("1,234", "", "ambiguous_amount"),
            ("1,234", ",", "ambiguous_amount"),
            ("1.234", ".", "ambiguous_amount"),
            ("12,34,56", "", "not_an_amount"),
            ("1,234,50", "", "not_an_amount"),
            ("-5", "", "negative"),
            (-5.0, "", "negative"),
            (float("nan"), "", "not_an_amount"),
            (1e9, "", "not_an_amount"),
            (True, "", "not_an_amount"),
            ("١٢", "", "not_an_amount"),
            ("12 dollars", "", "not_an_amount"),
            ("#REF!", "", "spreadsheet_error"),
            (datetime(2026, 1, 2), "", "not_an_amount"),
        ):
            with (
                self.subTest(text=text),
                self.assertRaises(catalogue_file.CatalogueError) as caught,
            ):
                catalogue_file.to_amount(text, decimal)
            self.assertEqual(caught.exception.code, reason)

    def test_every_wrong_cell_is_named_at_once(self):
        content = make_csv(
            "Code,Price,Max Quantity,Serial,Effective Date,Colour",
            "A1,ten,0,maybe,05/06/2026,red",
            ",5,,,,",
            "A2,,,,,",
            "",
            "A3,5,1,y,2026-02-30,",
            "a1,5,,,,",
            "A4,1,50,3,x,2026-01-01,blue",
        )
        self.assertEqual(
            self.reasons(content),
            [
                (2, "Price", "not_an_amount"),
                (2, "Max Quantity", "not_a_quantity"),
                (2, "Serial", "not_yes_no"),
                (2, "Effective Date", "not_a_date"),
                (3, "Code", "missing"),
                (4, "Price", "missing"),
                (6, "Effective Date", "not_a_date"),
                (7, "Code", "twice"),
                (8, "", "too_many_cells"),
            ],
        )
        self.assertEqual(self.read_file(content).unread, ["Colour"])

    def test_a_workbook(self):
        content = make_xlsx(
            ("ADP", None, None, None),
            ("Device Code", "ADP Price", "Effective Date", "Max Quantity"),
            (12345, 1000.5, datetime(2026, 4, 1), 2.0),
            ("wm2", "80,00", "2026-05-01", None),
            (None, None, None, None),
        )
        self.assertEqual(
            self.read_file(content).rows,
            {
                "12345": {
                    "device_code": "12345",
                    "adp_price": 1000.5,
                    "effective_date": "2026-04-01",
                    "max_quantity": 2,
                },
                "WM2": {"device_code": "WM2", "adp_price": 80.0, "effective_date": "2026-05-01"},
            },
        )

    def test_what_a_spreadsheet_makes_of_cells(self):
        content = make_xlsx(
            ("Code", "Price"),
            (datetime(2026, 1, 2), 5),
            (1.5, 5),
            ("A3", "=B2*2"),
            ("A4", datetime(2026, 1, 2)),
            ("A5", "#DIV/0!"),
        )
        self.assertEqual(
            self.reasons(content),
            [
                (2, "Code", "is_date"),
                (3, "Code", "is_fraction"),
                (4, "Price", "no_result"),
                (5, "Price", "not_an_amount"),
                (6, "Price", "spreadsheet_error"),
            ],
        )

    def test_files_that_are_none(self):
        for content, reason in (
            (b"", "empty"),
            (b"PK\x03\x04 broken", "not_a_table"),
            (b"\x89PNG\r\n\x1a\n\0\0", "not_a_table"),
            (make_csv("Code;Description", "A;B"), "no_price_column"),
            (make_csv("Price;Description", "1;B"), "no_code_column"),
            (make_csv("hello"), "no_code_column"),
            (make_csv("Code,Price"), "no_rows"),
            (make_csv("Code,Price,Prix", "A,1,2"), "two_columns"),
            (make_csv("Code,Price", *["A,1"] * 20_001), "too_many_rows"),
            (b"x" * (10 * 1024 * 1024 + 1), "too_large"),
            (make_xlsx(("Code",), ("A",)), "no_price_column"),
        ):
            with self.subTest(reason=reason, start=content[:20]):
                self.assertEqual(self.refusal(content), reason)
