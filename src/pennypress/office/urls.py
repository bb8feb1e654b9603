"""Every address of the office. A new one needs a row in the table of permissions in the tests."""

from __future__ import annotations

from django.urls import include, path

from pennypress.office.admin import site
from pennypress.office.installation import installation
from pennypress.office.settings import PREFIX

_office = installation().config.office
_own = PREFIX.lstrip("/")

urlpatterns = [
    path(_office.sign_in.lstrip("/"), include("pennypress.office.signin.urls")),
    path(_office.subscribe.lstrip("/"), include("pennypress.office.subscribe.urls")),
    path(_office.account.lstrip("/"), include("pennypress.office.account.urls")),
    path(_office.account.lstrip("/"), include("pennypress.office.privacy.urls")),
    path(f"{_own}till/", include("pennypress.office.till.urls")),
    path(f"{_own}desk/", include("pennypress.office.desk.urls")),
    path(f"{_own}api/v1/", include("pennypress.office.api.urls")),
    path(f"{_own}admin/", site.urls),
]

handler400 = "pennypress.office.errors.bad_request"
handler403 = "pennypress.office.errors.refused"
handler404 = "pennypress.office.errors.not_found"
handler500 = "pennypress.office.errors.failed"
