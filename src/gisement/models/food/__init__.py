"""Food: needs and offers on the same months, conversion, gaps, lots, sourcing, follow-up; and the plan."""
