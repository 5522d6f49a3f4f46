"""Names and limits of the addon."""

ACTION_TAG = "fusion_pdf_preview.open_attachment"  # client action that opens the dialog

# Settings are kept as text, "False" and "0" included: a missing row means the default here.
INTERCEPT_PARAM = "fusion_pdf_preview.intercept_reports"
LOG_DAYS_PARAM = "fusion_pdf_preview.log_days"  # days, 0 = for ever
MAX_MB_PARAM = "fusion_pdf_preview.max_mb"  # MiB
DEFAULT_LOG_DAYS = 365
DEFAULT_MAX_MB = 50

TITLE_LENGTH = 200  # characters
MAX_DOCUMENTS = 100  # in one dialog or archive
MAX_LOGGED_IDS = 200  # further ids are only counted, as "+n"

PDF_TYPES = ("application/pdf", "application/x-pdf")
UNNAMED_TYPES = ("", "application/octet-stream")  # the content decides
PDF_MARK = b"%PDF-"
PDF_MARK_WITHIN = 1024  # bytes; ISO 32000-1, annex H.3, note 13: readers look that far
