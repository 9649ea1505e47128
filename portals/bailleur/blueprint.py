"""The one blueprint of the portal; each view module adds its routes to it."""

from flask import Blueprint

bp = Blueprint("bailleur", __name__, template_folder="templates")
