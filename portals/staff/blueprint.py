"""The one blueprint of the staff portal; each module of views hangs its pages on it."""

from flask import Blueprint

bp = Blueprint("staff", __name__, template_folder="templates")
