"""Social and environmental clauses: what a draft lacks, what a text tells, hours of insertion, how to buy."""
