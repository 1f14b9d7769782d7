"""What rendering and folding cost: `python bench/text.py`. Microseconds a text, best of five rounds."""

import sys
import timeit
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from chat import text

TEXTS = {
    "short line": "hola, ¿vienes esta tarde?",
    "with a mention": "@ana ¿vienes esta tarde?",
    "link and emphasis": "mira **esto**: https://example.com/a?b=c, es *muy* bueno",
    "list and quote": "> lo de ayer\n- pan\n- vino\n- queso",
    "code": '```python\ndef f(x):  # why\n    return "a" * x\n```',
    "500 characters": "palabra camión " * 33,
    "4,000 characters": "palabra camión " * 266,
    "4,000 with marks": "una **palabra** y `otra` " * 166,
}
FUNCTIONS = {
    "render": text.render,
    "search_words": text.search_words,
    "fold": text.fold,
    "plain": text.plain,
}

sys.stdout.write(f"{'':20}" + "".join(f"{name:>14}" for name in FUNCTIONS) + "\n")
for label, body in TEXTS.items():
    costs = []
    for function in FUNCTIONS.values():
        times = max(1, 40_000 // (len(body) + 40))
        best = min(timeit.repeat(lambda f=function, b=body: f(b), number=times, repeat=5))  # type: ignore[misc]
        costs.append(best / times * 1e6)
    sys.stdout.write(f"{label:20}" + "".join(f"{cost:14.1f}" for cost in costs) + "\n")
