PREFIX = "fusion_claims."
CLAIMS_USER = "fusion_claims.group_claims_user"
CLAIMS_MANAGER = "fusion_claims.group_claims_manager"
HEALTH = "fusion_claims.group_health_info"

#: Numbers among the parameters, with what counts where a row is missing or unreadable.
NUMBERS = {
    "page11_expiry_days": 14,
    "max_document_mb": 25,
    "mod_lifetime_cap": 15000,
    "adp_approval_valid_months": 6,
    "adp_billing_limit_months": 12,
    "assessment_valid_months": 3,
    "stale_application_days": 14,
}

#: Fields of a case that hold a file, with the field of its name and what a person calls it.
DOCUMENTS = {
    "x_fc_original_application": "x_fc_original_application_filename",
    "x_fc_signed_pages_11_12": "x_fc_signed_pages_filename",
    "x_fc_final_application": "x_fc_final_application_filename",
    "x_fc_approval_letter": "x_fc_approval_letter_filename",
    "x_fc_denial_letter": "x_fc_denial_letter_filename",
    "x_fc_proof_of_delivery": "x_fc_proof_of_delivery_filename",
    "x_fc_mod_drawing": "x_fc_mod_drawing_filename",
    "x_fc_mod_quote_document": "x_fc_mod_quote_document_filename",
    "x_fc_mod_application_form": "x_fc_mod_application_form_filename",
    "x_fc_mod_notice_of_assessment": "x_fc_mod_notice_of_assessment_filename",
    "x_fc_mod_approval_letter": "x_fc_mod_approval_letter_filename",
    "x_fc_mod_pca_document": "x_fc_mod_pca_document_filename",
    "x_fc_mod_pod_document": "x_fc_mod_pod_document_filename",
    "x_fc_odsp_msn_form": "x_fc_odsp_msn_form_filename",
    "x_fc_odsp_decision_letter": "x_fc_odsp_decision_letter_filename",
    "x_fc_funder_letter": "x_fc_funder_letter_filename",
}
#: These may be a picture as well; all others are PDF files.
PICTURES_ALLOWED = {"x_fc_mod_drawing"}

#: What a clerk may change of a case's client without rights on contacts.
CLIENT_HEALTH = (
    "x_fc_health_card_number",
    "x_fc_health_card_version",
    "x_fc_date_of_birth",
    "x_fc_odsp_member_id",
)

#: {requirement: fields of the order that the dialog of a step asks for}
STEP_ASKS = {
    "authorizer": ("x_fc_authorizer_id",),
    "assessment_start": ("x_fc_assessment_start_date",),
    "assessment_end": ("x_fc_assessment_end_date",),
    "claim_number": ("x_fc_claim_number",),
    "approval_date": ("x_fc_claim_approval_date",),
    "approval_letter": ("x_fc_approval_letter", "x_fc_approval_letter_filename"),
    "delivery_date": ("x_fc_adp_delivery_date",),
    "proof_of_delivery": ("x_fc_proof_of_delivery", "x_fc_proof_of_delivery_filename"),
    "billing_in_time": ("x_fc_billing_permission_note",),
    "mod_assessment_scheduled": ("x_fc_mod_assessment_scheduled_date",),
    "mod_assessment_completed": ("x_fc_mod_assessment_completed_date",),
    "mod_drawing": ("x_fc_mod_drawing", "x_fc_mod_drawing_filename", "x_fc_mod_drawing_date"),
    "mod_application": ("x_fc_mod_application_form", "x_fc_mod_application_form_filename"),
    "mod_quote": ("x_fc_mod_quote_document", "x_fc_mod_quote_document_filename"),
    "mod_notice": ("x_fc_mod_notice_of_assessment", "x_fc_mod_notice_of_assessment_filename"),
    "mod_reference": ("x_fc_mod_hvmp_reference",),
    "mod_approved_amount": ("x_fc_mod_approved_amount",),
    "mod_approval_date": ("x_fc_mod_approval_date",),
    "mod_pca": ("x_fc_mod_pca_document", "x_fc_mod_pca_document_filename"),
    "mod_completion": ("x_fc_mod_completion_date",),
    "mod_pod": ("x_fc_mod_pod_document", "x_fc_mod_pod_document_filename"),
    "mod_payment": ("x_fc_mod_payment_amount", "x_fc_mod_payment_date"),
    "odsp_form": ("x_fc_odsp_msn_form", "x_fc_odsp_msn_form_filename"),
    "odsp_letter": ("x_fc_odsp_decision_letter", "x_fc_odsp_decision_letter_filename"),
    "odsp_amount": ("x_fc_odsp_approved_amount",),
    "odsp_date": ("x_fc_odsp_decision_date",),
    "funder": ("x_fc_funder_id",),
    "funder_reference": ("x_fc_funder_reference",),
    "funder_amount": ("x_fc_funder_approved_amount",),
    "funder_date": ("x_fc_funder_decision_date",),
}

EMAIL_ROLES = ["client", "authorizer", "sales_rep", "office", "funder"]
#: Days before the end of an approval's validity, at each of which it is told once.
EXPIRY_BANDS = (7, 30)
AUTHORIZER_REMINDERS = 3
SIGNATURE_REMINDER_DAYS = (3, 7)
SIGNATURE_MAX_BYTES = 1024 * 1024
SIGNATURE_MIN_PIXELS = 60
SIGNED_PDF_DAYS = 30
BATCH = 500

#: {field of a device code: headings of its column in a catalogue file}; lower case, no accents
CATALOGUE_COLUMNS = {
    "device_code": (
        "code", "device code", "adp code", "adp device code", "catalogue code", "catalog code",
        "catalogue number", "code de l appareil", "code d appareil", "code paaf", "code adp",
    ),
    "device_type": (
        "type", "device type", "device category", "category", "type d appareil",
        "type de l appareil", "categorie",
    ),
    "description": ("description", "device description", "name", "nom", "designation"),
    "manufacturer": ("manufacturer", "make", "brand", "fabricant", "marque"),
    "adp_price": (
        "price", "adp price", "approved price", "adp approved price", "prix", "prix adp",
        "prix paaf", "prix approuve",
    ),
    "max_quantity": (
        "most units", "max quantity", "maximum quantity", "quantity", "max qty", "quantite",
        "quantite maximale",
    ),
    "sn_required": (
        "serial number needed", "serial number required", "sn required", "serial",
        "numero de serie requis", "numero de serie",
    ),
    "effective_date": (
        "in force from", "effective date", "effective", "date d entree en vigueur",
        "en vigueur depuis", "date",
    ),
}  # fmt: skip
#: What an import sets or takes back of a device code.
CATALOGUE_FIELDS = (
    "device_type", "description", "manufacturer", "equipment_family", "adp_price", "currency_id",
    "max_quantity", "sn_required", "effective_date", "active",
)  # fmt: skip
CATALOGUE_HEADING_ROWS = 20
CATALOGUE_MAX_ROWS = 20_000
CATALOGUE_MAX_BYTES = 10 * 1024 * 1024
CATALOGUE_MAX_UNPACKED = 200 * 1024 * 1024
CATALOGUE_MAX_PRICE = 1_000_000  # dollars
CATALOGUE_CODE_LENGTH = 32
CATALOGUE_TEXT_LENGTH = 250
#: Wrong cells that are listed one by one.
CATALOGUE_ERRORS_SHOWN = 200
