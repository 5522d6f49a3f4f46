-- a copied database must not answer the monitoring of the real one
DELETE FROM ir_config_parameter WHERE key = 'fusion_base.health_key_hash';
