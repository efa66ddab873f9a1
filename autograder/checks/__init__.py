"""The check language: probes observe student code, expectations judge what they saw, findings say what is wrong.

probing, probes/        look, beside the student's code
subjects                where that code lives: in a notebook, in the sandbox, in the reference
expectations, findings  judge, and name the mistake; texts by id in messages/
properties/             observe and judge: the vocabulary that check files are written in
exercises               marks pytest functions as checks
replay, verdicts        run them, and turn how they ended into points
public/, hidden/        the checks themselves, one file a chapter
"""
