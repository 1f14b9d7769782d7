"""daphne, with what the chat needs of it. `manage.py serve` is the way in: see `server.serve`.

A process has one reactor: this package puts Twisted on uvloop before any of its modules brings in another.
"""

import uvloop
from twisted.internet import asyncioreactor

asyncioreactor.install(uvloop.new_event_loop())
