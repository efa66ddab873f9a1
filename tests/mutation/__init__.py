"""Mutation testing of the hidden checks: change a reference solution a little, and see that a check fails.

    make mutants
    make mutants CHAPTER=blocks

The small changes to expressions are mutmut's own operators, used as a library, with more of our own beside
them for what PyTorch code gets wrong. The rest of mutmut can't drive our checks: it decides through the exit
code of a test suite that imports the mutated module from disk, whereas a hidden check looks at an answer
through probes, is replayed in a warm process, and ends in findings. cosmic-ray's operators can be
called as well, but they leave arguments, strings and assignments alone, bring sixteen packages more, and
its runner starts the test command anew for every mutant, with seconds of `import torch` each.
"""
