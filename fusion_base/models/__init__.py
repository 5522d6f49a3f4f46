from . import fusion_health, fusion_rate_mixin, fusion_start
