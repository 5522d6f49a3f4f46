"""The results of the two NexaCloud dialogs stand in their run now."""

TABLES = ("fusion_billing_import_wizard", "fusion_billing_invoice_ledger_wizard")


def migrate(cr, version):
    for table in TABLES:
        for column in ("result_summary", "failed_count"):
            cr.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS {column}")
