{
    "name": "Billing Baseline",
    "summary": "The least a route can do: what scripts/bench billing_http compares with",
    "version": "19.0.1.0.0",
    "author": "Nexa Systems Inc.",
    "license": "LGPL-3",
    "depends": ["fusion_centralize_billing"],
}
