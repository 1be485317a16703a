"""The course in a class: assignments that nbgrader hands out, collects and grades.

nbgrader does the work, with its own formats, exchange, gradebook and exporters. What stands here is
what it lacks: cells that a student broke are restored from the release, a student's code runs in a
sandbox, and points are given outside of the student's process, from the declared tasks.

This folder is not part of the installed package: students do not have the answers by one import.
"""
