"""The pictures of home visits, as the demo's field rep and authorizer see them."""

WORKSPACE = "!!document.querySelector('.o_fusion_visit_cards')"
PORTAL = "document.readyState === 'complete'"
TABLET = (1280, 800)
TABLET_PORTRAIT = (800, 1280)
PHONE = (390, 844)
OPEN_FIRST = "document.querySelector('.o_fusion_portal_row_link').click()"


def press(selector):
    return f"document.querySelector(`{selector}`).click()"


def make(shot):
    """:param shot: the class of a picture
    :return: list of pictures"""
    opened = (OPEN_FIRST, WORKSPACE)
    bathroom = (press("[data-type=bathroom] button"), "!!document.querySelector('[data-form]')")
    client = (press("[data-step=client]"), "!!document.querySelector('[data-form=client]')")
    adding = (press("[data-step=add]"), "!!document.querySelector('[data-add]')")
    visits = "/my/visits?search=Gordon"
    return [
        shot("portal_visits_phone", "nadia", "/my/visits", PHONE, ready=PORTAL),
        shot("portal_item_tablet", "nadia", visits, TABLET, (opened, bathroom), ready=PORTAL),
        shot("portal_add_portrait", "nadia", visits, TABLET_PORTRAIT, (opened, adding),
             ready=PORTAL),
        shot("portal_client_dark", "nadia", visits, TABLET, (opened, client), dark=True,
             ready=PORTAL),
        shot("portal_cases", "olive", "/my/cases", TABLET, ready=PORTAL),
        shot("portal_booking_phone", "nadia", "/book-assessment", PHONE, ready=PORTAL),
    ]  # fmt: skip
