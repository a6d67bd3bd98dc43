"""Constants and conversions, the unit in the name. Everything else converts nothing by hand."""

HOURS_PER_DAY = 24.0
KT_TO_T = 1e3
MUSD_TO_USD = 1e6
MT_TO_T = 1e6
GWH_TO_MWH = 1e3
TWH_TO_MWH = 1e6
# Of a year without 29 February.
DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
