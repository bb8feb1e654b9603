"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from pennypress.office.desk import codes, passes, payments, person, second_factor

urlpatterns = [
    path("", person.desk, name="desk"),
    path("person/<str:number>", person.person, name="desk-person"),
    path("second-factor", second_factor.set_up, name="second-factor"),
    path("pass", passes.staff_pass, name="staff-pass"),
    path("codes", codes.codes, name="desk-codes"),
    path("payments", payments.payments, name="desk-payments"),
    path("statement", payments.statement, name="desk-statement"),
    path("lines", payments.lines, name="desk-lines"),
    path("lines/sure", payments.record_sure, name="desk-lines-sure"),
    path("lines/<int:pk>", payments.confirm_line, name="desk-line"),
    path("due", payments.due, name="desk-due"),
    path("letters", payments.letters, name="desk-letters"),
    path("subscriber", payments.subscriber, name="desk-subscriber"),
    path("card/<str:number>", payments.card, name="desk-card"),
]
