"""Workbooks (.xlsx) as sheets of text cells, each with its kind, read within limits."""

from transcaspian.workbook.kinds import Kind, Sheet, SheetError, cell_name
from transcaspian.workbook.read import read_sheets

__all__ = ["Kind", "Sheet", "SheetError", "cell_name", "read_sheets"]
