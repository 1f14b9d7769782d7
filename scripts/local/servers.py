"""`python -m scripts.local.servers`: throw-away servers for trying things by hand, until Ctrl-C."""

import contextlib
import signal

from scripts.local.services import Postgres, Redis, throw_away

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with throw_away((Postgres, Redis)) as (postgres, redis):
        print(f"export DATABASE_URL={postgres.url} REDIS_URL={redis.url}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
