"""Global sensitivity of outcomes to factors."""
