-- a client who signs does so in the real database only
UPDATE fusion_page11_sign_request SET token_hash = NULL WHERE token_hash IS NOT NULL;
