-- a copied database must not write to the real support, nor send what waits in the outbox
DELETE FROM ir_config_parameter
 WHERE key IN ('fusion_helpdesk.remote_api_key', 'fusion_helpdesk.remote_uid',
               'fusion_helpdesk.remote_url');
UPDATE fusion_helpdesk_outbox SET state = 'discarded' WHERE state IN ('queued', 'sending', 'failed');
