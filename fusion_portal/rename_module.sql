-- For a database that ran this addon as fusion_authorizer_portal. Run it with Odoo stopped:
--   psql -1 -v ON_ERROR_STOP=1 -f rename_module.sql DATABASE
-- It may run twice. Then update the addon: odoo -d DATABASE -u fusion_portal
DO $$
DECLARE
    old_name CONSTANT text := 'fusion_authorizer_portal';
    new_name CONSTANT text := 'fusion_portal';
    old_state text;
    new_state text;
BEGIN
    SELECT state INTO old_state FROM ir_module_module WHERE name = old_name;
    IF old_state IS NULL THEN
        RAISE NOTICE '% is not here: nothing to rename', old_name;
        RETURN;
    END IF;
    SELECT state INTO new_state FROM ir_module_module WHERE name = new_name;
    IF new_state IN ('installed', 'to upgrade', 'to install', 'to remove')
        AND old_state IN ('installed', 'to upgrade', 'to install', 'to remove') THEN
        RAISE EXCEPTION 'both % and % are installed: restore the backup, uninstall one of them',
            old_name, new_name;
    END IF;

    -- What updating the list of apps left of the new name.
    DELETE FROM ir_module_module_dependency
        WHERE module_id IN (SELECT id FROM ir_module_module WHERE name = new_name);
    DELETE FROM ir_module_module_exclusion
        WHERE module_id IN (SELECT id FROM ir_module_module WHERE name = new_name);
    DELETE FROM ir_model_data
        WHERE module = 'base' AND name = 'module_' || new_name;
    DELETE FROM ir_module_module WHERE name = new_name;

    UPDATE ir_module_module SET name = new_name WHERE name = old_name;
    UPDATE ir_model_data SET module = new_name WHERE module = old_name;
    UPDATE ir_model_data SET name = 'module_' || new_name
        WHERE module = 'base' AND name = 'module_' || old_name;
    UPDATE ir_module_module_dependency SET name = new_name WHERE name = old_name;
    UPDATE ir_module_module_exclusion SET name = new_name WHERE name = old_name;
    UPDATE ir_ui_view SET key = new_name || substr(key, length(old_name) + 1)
        WHERE starts_with(key, old_name || '.');
    UPDATE ir_ui_view SET arch_fs = new_name || substr(arch_fs, length(old_name) + 1)
        WHERE starts_with(arch_fs, old_name || '/');
    UPDATE ir_asset SET path = new_name || substr(path, length(old_name) + 1)
        WHERE starts_with(path, old_name || '/');
    UPDATE ir_asset SET path = '/' || new_name || substr(path, length(old_name) + 2)
        WHERE starts_with(path, '/' || old_name || '/');
    UPDATE ir_config_parameter SET key = new_name || substr(key, length(old_name) + 1)
        WHERE starts_with(key, old_name || '.');
END
$$;
