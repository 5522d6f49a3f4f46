-- a copied database must neither export nor look places up in the real one's name
DELETE FROM ir_config_parameter
 WHERE key IN ('fusion_login_audit.geo_http_key', 'fusion_login_audit.siem_secret',
               'fusion_login_audit.siem_url');
UPDATE ir_config_parameter SET value = 'off' WHERE key = 'fusion_login_audit.siem_mode';
UPDATE ir_config_parameter SET value = 'local'
 WHERE key = 'fusion_login_audit.geo_provider' AND value = 'local_http';
