"""How static files are stored: small, and under names that change with them."""

import re
from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OURS = {("js", ".js"), ("css", ".css")}
"""The folder in `static/` and the suffix. Other packages' files lie elsewhere, and stay as they are."""
COMMENT = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL)


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Scripts and styles of ours in a lean form, everything under hashed names, also inside JavaScript
    modules' imports; plain names before `collectstatic` has run."""

    support_js_module_import_aggregation = True
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        return str(super().stored_name(name)) if self.hashed_files else name

    def _save(self, name: str, content: Any) -> str:
        """Of what Django stores anew under a hashed name, too: it makes that from the source again."""
        return str(super()._save(name, lean_file(name, content)))


def lean_file(name: str, content: Any) -> Any:
    """`content`, a file that will have this name under `static/`, or a smaller one that means the same."""
    path = PurePosixPath(name)
    if (path.parts[0], path.suffix) not in OURS:
        return content
    content.seek(0)
    return ContentFile(lean(content.read().decode()).encode())


def lean(source: str) -> str:
    """A script or style without lines that are comments, without indentation and without empty lines.

    Nothing else is touched, and nothing is parsed; so no string may go over several lines.
    """
    lines = (line.strip() for line in COMMENT.sub("", source).split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"
