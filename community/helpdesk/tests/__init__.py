from . import (
    test_hooks,
    test_mail,
    test_oca,
    test_portal,
    test_roles,
    test_security,
    test_signup,
    test_surface,
    test_team,
    test_ticket,
    test_views,
)
