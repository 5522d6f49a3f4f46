-- a copied database neither takes reports from the real deployments nor sends texts to the summariser
DELETE FROM res_users_apikeys
 WHERE user_id IN (SELECT bot_user_id FROM fusion_helpdesk_client_key);
UPDATE fusion_helpdesk_client_key
   SET state = 'revoked', key_last4 = NULL, previous_key_expires_at = NULL
 WHERE state = 'active';
DELETE FROM ir_config_parameter WHERE key = 'fusion_helpdesk_central.openai_api_key';
