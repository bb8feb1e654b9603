"""The forms of the sign-in."""

from __future__ import annotations

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypress.office.mailboxes import one_spelling
from pennypress.office.signin.card import plain

_LONGEST_MAIL = 254


class MailForm(forms.Form):
    """A mail address; what comes of it is in its one spelling."""

    mail = forms.CharField(
        label=gettext_lazy("Your mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Please type your mail address.")},
    )

    def clean_mail(self) -> str:
        """The address. Raises ValidationError."""
        typed = unicodedata.normalize("NFKC", self.cleaned_data["mail"])
        wrong = _("This is not a mail address. Please check it: one looks like ann@example.com.")
        if len(typed) > _LONGEST_MAIL:
            raise ValidationError(_("This is too long for a mail address. Please check it."))
        EmailValidator(message=wrong)(typed)
        mail = one_spelling(typed)
        if not mail.isascii() or len(mail) > _LONGEST_MAIL:
            raise ValidationError(wrong)
        return mail


class CodeForm(forms.Form):
    """The code out of a letter."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", "class": "code"}
        ),
        error_messages={"required": gettext_lazy("Please type the code from our mail.")},
    )


class CardForm(forms.Form):
    """What stands on a card: the number and the code."""

    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "username", "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("Please type the number that stands on your card.")},
    )
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Please type the code that stands on your card.")},
    )

    def clean_number(self) -> str:
        """The number alone."""
        return plain(self.cleaned_data["number"])

    def clean_code(self) -> str:
        """The code alone."""
        return plain(self.cleaned_data["code"])
