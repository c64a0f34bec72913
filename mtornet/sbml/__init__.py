"""SBML, Antimony and tellurium: networks to and from the languages that other tools speak."""
