HEALTH_KEY_PARAM = "fusion_base.health_key_hash"  # SHA-256 of the health page's bearer key
