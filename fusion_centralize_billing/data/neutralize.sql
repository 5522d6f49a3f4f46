-- A copied database must neither tell the apps anything nor let them push.
UPDATE fusion_billing_service SET webhook_enabled = FALSE, webhook_url = NULL;
UPDATE fusion_billing_api_key SET revoked_at = now() AT TIME ZONE 'UTC' WHERE revoked_at IS NULL;
DELETE FROM fusion_billing_webhook_secret;
DELETE FROM ir_config_parameter
 WHERE key IN ('fusion_billing.nexacloud_dsn', 'fusion_billing.stripe_api_key', 'fusion_billing.lago_api_key');
