from . import fusion_health, fusion_rate_mixin, fusion_start, fusion_support, res_config_settings
