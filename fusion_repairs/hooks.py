def make_field_operation_types(env):
    """Existing warehouses repair at the client's home too."""
    env["stock.warehouse"].with_context(active_test=False).search([])._fc_make_field_repairs()
