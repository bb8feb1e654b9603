"""Do cookies come back?"""

from __future__ import annotations

from pennypress.doctor.finding import Finding, green, red, unseen
from pennypress.doctor.fronts import COOKIES_IN, COOKIES_OUT
from pennypress.doctor.outside import field_of
from pennypress.doctor.reading import Reading, cookie_of, set_cookie_of
from pennypress.doctor.visit import Visit
from pennypress.readers.pass_ import SECURE_NAME


async def come_back(visit: Visit) -> Finding:
    """The pass that is set with an article arrives as it was made, and is known when it is sent again."""
    reading = visit.reading
    if reading is None:
        return unseen("No article was found with which a pass could be set.")
    if reading.again is None:
        return _none_set(visit, reading)
    broken = _broken(set_cookie_of(reading.first))
    if broken:
        return red(f"The pass was changed on the way to you: {broken}.", *visit.fronts.paste(COOKIES_OUT))
    known = visit.bearing.bears_pass if visit.bearing is not None else None
    renewed = cookie_of(reading.again)
    if known is False or (renewed and renewed != cookie_of(reading.first)):
        return red(
            "The pass was set and sent again, and did not arrive: each page view makes a new reader, and the meter "
            "counts nobody.",
            *visit.fronts.paste(COOKIES_IN),
        )
    reason = field_of(reading.again, "pennypress-reason")
    again = f"; the second view was {reason}" if reason else ""
    return green(f"The pass was set with {reading.path} and came back{again}.")


def _none_set(visit: Visit, reading: Reading) -> Finding:
    if reading.granted:
        return red(
            f'{reading.path} was answered "{reading.reason}", which sets a pass, and none arrived: each view makes '
            "a new reader, and the meter counts nobody.",
            *visit.fronts.paste(COOKIES_OUT),
        )
    why = f'was answered "{reading.reason}"' if reading.reason else "came without the meter's word"
    return unseen(f"{reading.path} {why}, with which no pass is set.")


def _broken(field: str) -> str:
    """What is amiss with the field that sets a pass; empty where nothing is."""
    name, *attributes = (part.strip() for part in field.split(";"))
    said = {key.lower(): value for key, _, value in (attribute.partition("=") for attribute in attributes)}
    if "domain" in said:
        return f"it says Domain={said['domain']}, with which browsers refuse it or send it to neighbours"
    if said.get("path") != "/":
        return f"it says Path={said.get('path', '')}, so it comes back from a part of the site alone"
    if "httponly" not in said:
        return "it lacks HttpOnly, so scripts can read it"
    if said.get("samesite", "").lower() != "lax":
        return "it lacks SameSite=Lax"
    if name.startswith(f"{SECURE_NAME}=") and "secure" not in said:
        return "it lacks Secure, so browsers refuse it"
    return ""
