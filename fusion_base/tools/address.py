"""What kind of network an IP address belongs to.

The table is written out instead of asking ``ipaddress.is_global``, whose answers changed between
Python 3.10 and 3.13. Source: IANA special-purpose address registries for IPv4 and IPv6,
https://www.iana.org/assignments/iana-ipv4-special-registry and .../iana-ipv6-special-registry.
"""

from ipaddress import IPv4Address, ip_address, ip_network

PUBLIC, PRIVATE, LOOPBACK, FORBIDDEN = "public", "private", "loopback", "forbidden"


def _networks(*texts):
    return tuple(ip_network(text) for text in texts)


# Cloud servers' own services. Some sit in private or public ranges, none is a place to call.
_METADATA = _networks(
    "169.254.0.0/16",  # AWS, Azure, GCP, OpenStack and all of link-local
    "100.100.100.200/32",  # Alibaba
    "168.63.129.16/32",  # Azure
    "192.0.0.192/32",  # Oracle
    "fd00:ec2::/32",  # AWS
    "fd20:ce::/32",  # GCP
)
_PRIVATE_V4 = _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
_FORBIDDEN_V4 = _networks(
    "0.0.0.0/8",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
)
_LOOPBACK_V4 = ip_network("127.0.0.0/8")
_UNIQUE_LOCAL_V6 = ip_network("fc00::/7")
_GLOBAL_V6 = ip_network("2000::/3")  # everything outside is special
_FORBIDDEN_V6 = _networks(
    "2001::/23",  # protocol assignments, Teredo, benchmarking, ORCHID
    "2001:db8::/32",
    "3fff::/20",
)
_NAT64 = ip_network("64:ff9b::/96")


def classify(address):
    """Name the kind of an address, looking through IPv4 addresses embedded in IPv6 ones.

    :param address: text or ``ipaddress`` object, without a zone id
    :return: ``PUBLIC``, ``PRIVATE`` (RFC 1918, unique local, carrier NAT), ``LOOPBACK`` or
        ``FORBIDDEN`` (link-local, cloud metadata, multicast, reserved, documentation, tunnels)
    :raise ValueError: when it is not an address
    """
    address = ip_address(address)
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped:
        address = mapped
    if _in(address, _METADATA):
        return FORBIDDEN
    if isinstance(address, IPv4Address):
        return _classify_v4(address)
    return _classify_v6(address)


def _in(address, networks):
    return any(address in network for network in networks)


def _classify_v4(address):
    if address in _LOOPBACK_V4:
        return LOOPBACK
    if _in(address, _PRIVATE_V4):
        return PRIVATE
    return FORBIDDEN if _in(address, _FORBIDDEN_V4) else PUBLIC


def _classify_v6(address):
    if address.is_loopback:
        return LOOPBACK
    if address in _UNIQUE_LOCAL_V6:
        return PRIVATE
    embedded = address.sixtofour
    if address in _NAT64:
        embedded = IPv4Address(int(address) & 0xFFFFFFFF)
    if embedded:
        return PUBLIC if classify(embedded) == PUBLIC else FORBIDDEN
    if address not in _GLOBAL_V6 or _in(address, _FORBIDDEN_V6):
        return FORBIDDEN
    return PUBLIC
