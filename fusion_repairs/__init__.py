from . import controllers, models, wizards
from .hooks import make_field_operation_types
