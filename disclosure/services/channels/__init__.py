"""Publication channels.

`carriers` is the one interface of the kinds; `file_drop` and `push` are the two there are. `owing` writes what is owed in
the transaction of the fact, `answering` what came back. A third kind is one module that registers its carrier, named in
`disclosure.apps`.
"""
