-- a copied database takes no taps of the real tablets and shows nobody's week to the real links
UPDATE fusion_clock_station
   SET token_hash = NULL, pairing_code_hash = NULL, pairing_expires_at = NULL;
UPDATE res_users SET x_fclk_ics_token = NULL WHERE x_fclk_ics_token IS NOT NULL;
