"""The texts and their translations: what readers are told, in each language, as whole messages."""

from pennypress.messages.languages import OFFERED, catalogue_of, negotiate
from pennypress.messages.replaced import Replacements, check_replacements
from pennypress.messages.texts import Texts, plain

__all__ = ["OFFERED", "Replacements", "Texts", "catalogue_of", "check_replacements", "negotiate", "plain"]
