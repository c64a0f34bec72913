"""Run networks: deterministic and stochastic methods behind one seam, results out."""
