"""Runs a chunk of the vignette: prints each statement, and below it what an interpreter would show.

Usage: python python-session.py CHUNK TARGET, a file with code and the server that stands for any that it connects to.
"""

import ast
import contextlib
import io
import pathlib
import sys

import jazz

chunk, target = sys.argv[1:]
connect = jazz.connect
jazz.connect = lambda _: connect(target)
scope = {"jazz": jazz, "db": connect(target)}
code = pathlib.Path(chunk).read_text(encoding="utf-8")
lines = code.splitlines()
begin = 0
for statement in ast.parse(code).body:
    print("\n".join(lines[begin : statement.end_lineno]))
    begin = statement.end_lineno
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        exec(compile(ast.Interactive([statement]), "vignette", "single"), scope)
    for line in shown.getvalue().splitlines():
        print("#>", line.expandtabs(4))
