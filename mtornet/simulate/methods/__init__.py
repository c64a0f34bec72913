"""One file per method; a method turns a :class:`~mtornet.simulate.problem.Problem` into samples."""
