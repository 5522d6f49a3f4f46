"""The ADP's catalogue as a file: CSV or XLSX to plain rows, and one cell to one value."""

import csv
import io
import itertools
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from .. import const

#: What openpyxl raises on damaged workbooks.
_UNREADABLE = (
    zipfile.BadZipFile, InvalidFileException, SyntaxError, AttributeError, IndexError, KeyError,
    TypeError, ValueError, OSError, zlib.error, NotImplementedError,
)  # fmt: skip
_YES = {"yes", "y", "true", "1", "x", "oui", "o", "vrai"}
_NO = {"no", "n", "false", "0", "non", "faux"}
_AMOUNT = re.compile(
    r"(?P<whole>-?(?:\d{1,3}(?P<group>[., ])\d{3}(?:(?P=group)\d{3})*|\d+))"
    r"(?:(?P<mark>[.,])(?P<cents>\d{1,2}))?",
    re.ASCII,
)
_CURRENCY = re.compile(r"CAD|CA\$|\$", re.IGNORECASE)
_ISO_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")


class CatalogueError(Exception):
    """A file or a cell that cannot be read.

    :param code: stable reason, a key of the texts of ``fusion.adp.catalogue.import``
    :param detail: what the reason is about, as the file has it"""

    def __init__(self, code, detail=""):
        super().__init__(code)
        self.code = code
        self.detail = detail


class NoResult:
    """A formula that was never calculated."""

    def __str__(self):
        return "="


@dataclass
class Catalogue:
    """What a file says."""

    columns: dict  # {field: heading of its column}
    unread: list = field(default_factory=list)  # headings of columns that mean nothing here
    rows: dict = field(default_factory=dict)  # {code: {field: value}}, without empty cells
    lines: dict = field(default_factory=dict)  # {code: number of its row in the file}
    errors: list = field(default_factory=list)  # [row, heading, cell as text, reason, detail]


def read_catalogue(content):
    """:param content: bytes of a CSV or XLSX file
    :return: Catalogue
    :raise CatalogueError: the file as a whole cannot be read"""
    rows = read_rows(content)
    start, positions = find_columns(rows)
    heading = rows[start]
    catalogue = Catalogue({name: str(heading[place]) for name, place in positions.items()})
    known = set(positions.values())
    catalogue.unread = [
        str(cell) for place, cell in enumerate(heading) if place not in known and not is_blank(cell)
    ]
    price = positions["adp_price"]
    decimal = find_decimal(row[price] for row in rows[start + 1 :] if price < len(row))
    readers = {**_READERS, "adp_price": lambda cell: to_amount(cell, decimal)}
    for number, row in enumerate(rows[start + 1 :], start + 2):
        if not all(map(is_blank, row)):
            _add_row(catalogue, number, row, positions, readers, len(heading))
    if not catalogue.rows and not catalogue.errors:
        raise CatalogueError("no_rows")
    return catalogue


def _add_row(catalogue, number, row, positions, readers, width):
    if not all(map(is_blank, row[width:])):
        catalogue.errors.append([number, "", "", "too_many_cells", ""])
        return
    values = {}
    for name, place in positions.items():
        cell = row[place] if place < len(row) else None
        try:
            if not is_blank(cell):
                values[name] = readers[name](cell)
            elif name in ("device_code", "adp_price"):
                raise CatalogueError("missing")
        except CatalogueError as error:
            shown = "" if cell is None else str(cell)[:60]
            catalogue.errors.append(
                [number, catalogue.columns[name], shown, error.code, error.detail]
            )
    code = values.get("device_code")
    if code in catalogue.lines:
        catalogue.errors.append(
            [number, catalogue.columns["device_code"], code, "twice", catalogue.lines[code]]
        )
    elif code:
        catalogue.lines[code] = number
        catalogue.rows[code] = values


def read_rows(content):
    """:param content: bytes of a CSV or XLSX file
    :return: list of rows, each a list of cells; row 1 of the file is the first of the list
    :raise CatalogueError: neither of both, or too large"""
    if not content:
        raise CatalogueError("empty")
    if len(content) > const.CATALOGUE_MAX_BYTES:
        raise CatalogueError("too_large")
    rows = _read_xlsx(content) if content.startswith(b"PK") else _read_csv(content)
    if len(rows) > const.CATALOGUE_MAX_ROWS:
        raise CatalogueError("too_many_rows")
    return rows


def find_columns(rows):
    """Find the row of headings: the first one that names a code and a price.

    :return: (its index, {field: position of its column})
    :raise CatalogueError: there is none, or two columns name the same field"""
    best = {}
    for index, row in enumerate(rows[: const.CATALOGUE_HEADING_ROWS]):
        found = _match_headings(row)
        if {"device_code", "adp_price"} <= found.keys():
            return index, found
        best = max(best, found, key=len)
    missing = {"device_code", "adp_price"} - best.keys()
    raise CatalogueError("no_code_column" if "device_code" in missing else "no_price_column")


def find_decimal(cells):
    """:return: the mark between dollars and cents of these texts, "" where it is not sure"""
    found = (_AMOUNT.fullmatch(_figures(cell)) for cell in cells if isinstance(cell, str))
    marks = {match["mark"] for match in found if match and match["mark"]}
    return marks.pop() if len(marks) == 1 else ""


def is_blank(cell):
    return cell is None or (isinstance(cell, str) and not cell.strip())


def to_text(cell, limit=const.CATALOGUE_TEXT_LENGTH):
    """:raise CatalogueError: a date, an error of the spreadsheet, a fraction, or too long"""
    _refuse_broken(cell)
    if isinstance(cell, date):
        raise CatalogueError("is_date")
    if isinstance(cell, float):
        if not cell.is_integer():
            raise CatalogueError("is_fraction")
        cell = int(cell)
    text = " ".join(str(cell).split())
    if len(text) > limit:
        raise CatalogueError("too_long", limit)
    return text


def to_code(cell):
    """:return: upper case
    :raise CatalogueError: see ``to_text``"""
    return to_text(cell, const.CATALOGUE_CODE_LENGTH).upper()


def to_amount(cell, decimal=""):
    """:param decimal: the mark that the file uses before the cents, see ``find_decimal``
    :return: dollars, two decimals
    :raise CatalogueError: no amount, below 0, or thousands and cents cannot be told apart"""
    _refuse_broken(cell)
    if isinstance(cell, (bool, date)):
        raise CatalogueError("not_an_amount")
    if not isinstance(cell, (int, float)):
        cell = _read_amount(str(cell), decimal)
    amount = Decimal(repr(cell) if isinstance(cell, float) else cell)
    if not amount.is_finite() or amount > const.CATALOGUE_MAX_PRICE:
        raise CatalogueError("not_an_amount")
    if amount < 0:
        raise CatalogueError("negative")
    return float(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def to_quantity(cell):
    """:raise CatalogueError: no whole number from 1 to 999"""
    try:
        text = to_text(cell)
    except CatalogueError as error:
        raise CatalogueError("not_a_quantity") from error
    if not re.fullmatch(r"[0-9]{1,3}", text) or not int(text):
        raise CatalogueError("not_a_quantity")
    return int(text)


def to_yes_no(cell):
    """:raise CatalogueError: neither yes nor no, in English or French"""
    text = to_text(cell).lower()
    if text not in _YES | _NO:
        raise CatalogueError("not_yes_no")
    return text in _YES


def to_date(cell):
    """:return: text YYYY-MM-DD
    :raise CatalogueError: no date; 05/06/2026 may be two days and is refused"""
    _refuse_broken(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    match = _ISO_DATE.fullmatch(str(cell).strip())
    try:
        return date(*(int(part) for part in match.groups())).isoformat()
    except (AttributeError, ValueError) as error:
        raise CatalogueError("not_a_date") from error


def _refuse_broken(cell):
    if isinstance(cell, NoResult):
        raise CatalogueError("no_result")
    if isinstance(cell, str) and re.fullmatch(r"#[A-Z0-9/]+[!?]?", cell.strip()):
        raise CatalogueError("spreadsheet_error")


def _figures(text):
    """:return: an amount without its currency, every kind of space a plain one"""
    return " ".join(_CURRENCY.sub(" ", text).split())


def _read_amount(text, decimal):
    """:return: text that ``Decimal`` reads"""
    match = _AMOUNT.fullmatch(_figures(text))
    if not match or match["mark"] and match["mark"] == match["group"]:
        raise CatalogueError("not_an_amount")
    group = match["group"] or " "
    once = match["whole"].count(group) == 1 and not match["mark"]
    if group in ".," and once and decimal != {".": ",", ",": "."}[group]:
        raise CatalogueError("ambiguous_amount")
    return f"{match['whole'].replace(group, '')}.{match['cents'] or 0}"


def _match_headings(row):
    found = {}
    for position, cell in enumerate(row):
        heading = _plain(cell)
        for name, headings in const.CATALOGUE_COLUMNS.items():
            if heading in headings:
                if name in found:
                    raise CatalogueError("two_columns", f"{row[found[name]]}, {cell}")
                found[name] = position
    return found


def _plain(cell):
    """:return: lower case, without accents, signs and doubled spaces"""
    text = unicodedata.normalize("NFKD", str(cell or "")).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.lower()).split())


def _read_csv(content):
    text = _decode(content)
    if "\0" in text:
        raise CatalogueError("not_a_table")
    try:
        delimiter = max("\t;,", key=lambda mark: _count_headings(text, mark))
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise CatalogueError("not_a_table") from error


def _count_headings(text, delimiter):
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    head = itertools.islice(rows, const.CATALOGUE_HEADING_ROWS)
    return max((len(_match_headings(row)) for row in head), default=0)


def _decode(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CatalogueError("not_a_table")


def _read_xlsx(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > const.CATALOGUE_MAX_UNPACKED:
                raise CatalogueError("too_large")
            sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
            has_formulas = any(b"<f" in archive.read(name) for name in sheets)
        values = _read_sheet(content, data_only=True)
        formulas = _read_sheet(content, data_only=False) if has_formulas else []
    except _UNREADABLE as error:
        raise CatalogueError("not_a_table") from error
    for row, formula_row in zip(values, formulas, strict=False):
        for position, formula in enumerate(formula_row):
            if isinstance(formula, str) and formula.startswith("=") and row[position] is None:
                row[position] = NoResult()
    return values


def _read_sheet(content, data_only):
    """:return: list of rows of the first sheet that is shown"""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)
    try:
        sheet = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"][0]
        sheet.reset_dimensions()  # what the file says of its size may be wrong
        rows = sheet.iter_rows(max_row=const.CATALOGUE_MAX_ROWS + 1, values_only=True)
        return [list(row) for row in rows]
    finally:
        book.close()


#: {field: what reads a cell of its column}
_READERS = {
    "device_code": to_code,
    "device_type": to_text,
    "description": to_text,
    "manufacturer": to_text,
    "adp_price": to_amount,
    "max_quantity": to_quantity,
    "sn_required": to_yes_no,
    "effective_date": to_date,
}
