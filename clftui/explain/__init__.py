"""Asks a user's torch model why it answers as it does. Importing this loads neither torch nor any screen."""

from clftui.explain.subject import Subject, SubjectError

__all__ = ["Subject", "SubjectError"]
