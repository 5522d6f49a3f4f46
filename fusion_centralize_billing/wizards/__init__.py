from . import fusion_billing_secret
