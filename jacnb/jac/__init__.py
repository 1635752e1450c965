"""Real Jac: source to walkers by Jac's own compiler, in cells and in files.

jaclang, an extra, compiles; what it makes runs on jacnb's graph and walkers. It is
imported when the first Jac source is compiled.
"""
