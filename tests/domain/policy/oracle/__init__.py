"""A second opinion on the rules: z3, a plain evaluator and enumeration, sharing no code with the product's analysis."""
