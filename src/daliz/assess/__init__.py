"""Floor 3: questions that need several lenses: what a scenario changes, who depends on whom, what the agenda is worth."""
