-- A copied database must neither tell the apps anything nor let them push.
UPDATE fusion_billing_service SET webhook_enabled = FALSE, webhook_url = NULL;
UPDATE fusion_billing_api_key SET revoked_at = now() AT TIME ZONE 'UTC' WHERE revoked_at IS NULL;
DELETE FROM fusion_billing_webhook_secret;
