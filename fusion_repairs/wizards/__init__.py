from . import fusion_repair_contract_cancel
