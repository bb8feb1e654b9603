"""Addresses of the reader's own account."""

from __future__ import annotations

from django.urls import path

from pennypress.office.account import cancelling, devices_page, mail_page, overview, pausing_page, receipts

urlpatterns = [
    path("", overview.account_page, name="account"),
    path("/cancel/<int:pk>", cancelling.cancel_page, name="account-cancel"),
    path("/go-on/<int:pk>", cancelling.go_on_page, name="account-go-on"),
    path("/withdraw/<int:pk>", cancelling.withdraw_page, name="account-withdraw"),
    path("/pause/<int:pk>", pausing_page.pause_page, name="account-pause"),
    path("/receipts", receipts.receipts_page, name="account-receipts"),
    path("/receipts/<int:number>", receipts.receipt_page, name="account-receipt"),
    path("/devices", devices_page.devices_page, name="account-devices"),
    path("/mail", mail_page.mail_page, name="account-mail"),
]
