"""A local Introw: the commissions API over real HTTP on 127.0.0.1, with SQLite behind it.

It does what Introw documents. Where the documentation is silent, `choices.Choices` names the
open question, and an option switches the answer. Nothing else in reconcile imports this package,
the `sandbox` and `demo` commands aside.
"""
