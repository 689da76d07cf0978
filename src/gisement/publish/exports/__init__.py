"""Files written: contracts and tables as other tools read them with their card, calendars, workbooks, a user's file."""
