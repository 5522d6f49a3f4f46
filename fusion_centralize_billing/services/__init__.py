from . import period, pricing, wire
