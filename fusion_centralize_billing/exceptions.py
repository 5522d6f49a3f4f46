from http import HTTPStatus

from odoo.exceptions import UserError


class BillingApiError(UserError):
    """What an app did wrong, as the REST API answers it.

    :param status: HTTP status
    :param code: stable code of the billing API, section 1.1
    :param details: ``{field path: [word, ...]}``
    """

    def __init__(self, status, code, details=None, message=None):
        super().__init__(message or code)
        self.status = status
        self.code = code
        self.details = details or {}

    @property
    def reason(self):
        """:return: the phrase of the status"""
        return HTTPStatus(self.status).phrase.replace("Content", "Entity")


def invalid(field, word="value_is_invalid"):
    """:return: the error for one field"""
    return BillingApiError(422, "validation_errors", {field: [word]})
