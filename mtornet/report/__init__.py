"""Files for people and for other programs: tables, figures, report, interchange."""
