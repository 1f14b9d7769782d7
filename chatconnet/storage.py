"""How static files are stored: small, and under names that change with them."""

from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import ContentFile
from rcssmin import cssmin
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage

MINIFIERS = {("js", ".js"): jsmin, ("css", ".css"): cssmin}
"""By the folder in `static/` and the suffix. Other packages' files lie elsewhere, and stay as they are."""


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Scripts and styles of ours without comments and spaces, everything under hashed names, also inside
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
    minify = MINIFIERS.get((path.parts[0], path.suffix))
    if minify is None:
        return content
    content.seek(0)
    return ContentFile(minify(content.read().decode()).encode())
