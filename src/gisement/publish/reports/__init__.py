"""Reports: documents made of figures, as PDF, HTML or a workbook."""
