"""Pennypress: the metered paywall for independent newspapers."""
