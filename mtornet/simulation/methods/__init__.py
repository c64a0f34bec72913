"""One file per method; a method turns a :class:`~mtornet.simulation.problem.Problem` into samples."""
