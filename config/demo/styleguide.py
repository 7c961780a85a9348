"""The living page of pieces: each as it is drawn, in light and in dark, beside the name under which it is found."""

from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from config.demo.samples import of_theme, samples


class Piece(NamedTuple):
    """A row of the page: `name` is also the name of its sample, `markup` where it is found; a `wide` one has a line of its own."""

    name: str
    title: str
    markup: str
    wide: bool = False

    @property
    def sample(self) -> str:
        return f"styleguide/samples/{self.name}.html"


PIECES = [
    Piece("chip", "State chip", "pieces/chip.html · .chip--ok .chip--wait .chip--off .chip--bad"),
    Piece("gauge", "Places gauge", "{% gauge race %} · pieces/gauge.html"),
    Piece("timeline", "Meet timeline", "pieces/timeline.html · .timeline"),
    Piece("race_card", "Race card", "pieces/race_card.html · .card.race"),
    Piece("meet_card", "Meet card", "pieces/meet_card.html · .card.meet-card"),
    Piece("sheet_row", "Entry sheet row with time fields", "pieces/sheet_row.html · pieces/time_field.html", wide=True),
    Piece(
        "shoe_field", "Shoe picker with its verdict", "pieces/shoe_field.html · pieces/verdict.html · js/shoe_picker.js"
    ),
    Piece("receipt_line", "Receipt line", "entry/receipt_line.html · .slip", wide=True),
    Piece("preview_row", "Import grid with reasons", "pieces/grid_row.html · .grid", wide=True),
    Piece("confirm", "Confirm dialog", "staff/confirm.html · .confirm"),
    Piece("notice", "Notice bar", "pieces/notice.html · .notice"),
    Piece("buttons", "Buttons: one red one a page", ".button--next .button .button--danger .button--small"),
    Piece("field", "Field with help and error", "pieces/field.html · .field"),
    Piece("summary", "Error summary", "pieces/summary.html · .summary"),
    Piece("table", "Table: lanes, not boxes", ".lanes (.stack on a phone) · .who · .number"),
    Piece("tools", "Tools and pages of a list", ".tools · .tabs · pieces/pager.html"),
    Piece("facts", "Facts and numbers", ".facts · .big-number"),
    Piece("chart", "Curve of what arrived, with its limit", "pieces/curve.html · entries.meet.charts.curve"),
    Piece("steps", "Steps", ".steps"),
    Piece("progress", "Progress with count", ".progress"),
    Piece("empty", "Empty state", ".empty"),
]


def page(request: HttpRequest) -> HttpResponse:
    """The page of pieces, in `dev` only: 404 elsewhere."""
    if settings.APP_ENV != "dev":
        raise Http404
    return render(
        request, "styleguide/page.html", {"pieces": PIECES, "themes": [of_theme("light"), of_theme("dark")]} | samples()
    )
