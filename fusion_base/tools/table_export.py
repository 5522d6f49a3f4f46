"""Tables as CSV and XLSX, safe to open in a spreadsheet."""

import csv
import io
from datetime import date, datetime

import xlsxwriter

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"


def guard(value):
    """:return: text that no spreadsheet takes for a formula; other values as they are"""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def to_csv(headings, rows, *, delimiter=",", decimal="."):
    """:param rows: lists of text, numbers, dates; floats get 2 decimals
    :return: bytes, UTF-8 with a byte-order mark"""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([guard(heading) for heading in headings])
    writer.writerows([[_csv_cell(value, decimal) for value in row] for row in rows])
    return (_BOM + buffer.getvalue()).encode()


def to_xlsx(sheets):
    """:param sheets: list of (name, headings, rows, totals or None)
    :return: bytes of a workbook; numbers keep all decimals and show 2"""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True})
        figure = book.add_format({"num_format": "0.00"})
        total = book.add_format({"num_format": "0.00", "bold": True})
        for name, headings, rows, totals in sheets:
            sheet = book.add_worksheet(name[:31])
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(0, len(headings) - 1), 16)
            _write_row(sheet, 0, headings, bold, bold)
            for number, row in enumerate(rows, 1):
                _write_row(sheet, number, row, None, figure)
            if totals:
                _write_row(sheet, len(rows) + 1, totals, bold, total)
    return buffer.getvalue()


def _write_row(sheet, number, row, text_format, figure_format):
    for column, value in enumerate(row):
        if isinstance(value, float):
            sheet.write_number(number, column, value, figure_format)
        elif isinstance(value, int) and not isinstance(value, bool):
            sheet.write_number(number, column, value, text_format)
        else:
            sheet.write_string(number, column, str(guard(_text(value))), text_format)


def _csv_cell(value, decimal):
    if isinstance(value, float):
        return f"{value:.2f}".replace(".", decimal)
    return guard(_text(value)) if not isinstance(value, int) or isinstance(value, bool) else value


def _text(value):
    if value is None or value is False:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return value
