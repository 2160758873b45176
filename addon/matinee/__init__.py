"""The engine of Matinee, the home cinema appliance of a Home Assistant home."""

__version__ = "0.1.0"
