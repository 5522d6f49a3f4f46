-- the links that clients and technicians hold lead to the real database only, and a copy asks no
-- road server about real addresses
UPDATE fusion_access_token SET revoked_at = now() AT TIME ZONE 'UTC' WHERE revoked_at IS NULL;
DELETE FROM ir_config_parameter WHERE key = 'fusion_tasks.osrm_url';
UPDATE ir_config_parameter SET value = 'haversine' WHERE key = 'fusion_tasks.travel_provider';
