"""Notices of consultations and awards: eForms (European) and BOAMP (older national XML), into the same raw tables."""

from gisement.sources.notices.reading import read_notices as read_notices
