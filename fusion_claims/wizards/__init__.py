from . import (
    order_wizard,
    application_received_wizard,
    case_close_verification_wizard,
    client_health_wizard,
    device_approval_wizard,
    page11_request_wizard,
    pipeline_step_wizard,
    ready_for_submission_wizard,
    submission_check_wizard,
)
