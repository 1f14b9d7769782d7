"""How static files are stored: small, and under names that change with them."""

from pathlib import PurePosixPath
from typing import Any

import minify
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OURS = {("js", ".js"): "application/javascript", ("css", ".css"): "text/css"}
"""Media types by the folder in `static/` and the suffix. Other packages' files lie elsewhere."""


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Scripts and styles of ours minified, everything under hashed names, also inside
    JavaScript modules' imports; plain names before `collectstatic` has run."""

    support_js_module_import_aggregation = True
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        return str(super().stored_name(name)) if self.hashed_files else name

    def _save(self, name: str, content: Any) -> str:
        """Of what Django stores anew under a hashed name, too: it makes that from the source again."""
        return str(super()._save(name, minified(name, content)))


def minified(name: str, content: Any) -> Any:
    """`content`, a file that will have this name under `static/`, or a smaller one that means the same."""
    path = PurePosixPath(name)
    media_type = OURS.get((path.parts[0], path.suffix))
    if media_type is None:
        return content
    content.seek(0)
    return ContentFile(minify.string(media_type, content.read().decode()).encode())
