from . import (
    test_approval,
    test_client_key,
    test_gateway,
    test_pages,
    test_race,
    test_slice,
    test_wall,
)
