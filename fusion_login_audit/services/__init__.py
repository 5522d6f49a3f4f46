from . import attempt, geo, mmdb, origin, risk, siem
