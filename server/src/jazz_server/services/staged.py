"""Uploads that wait for a commit, with the headers of their values."""

from __future__ import annotations

from dataclasses import dataclass

from jazz_server.identity import caller
from jazz_server.services.puts import CheckedHeader
from jazz_server.store import Store, Upload
from jazz_server.store.errors import UploadNotFound


@dataclass(frozen=True, slots=True)
class StagedUpload:
    """An upload whose value has been checked."""

    upload: Upload
    header: CheckedHeader


class LostUpload(Upload):
    """An upload that is not there (any more).

    A commit that names it fails, unless it is the repetition of one that was carried out: the store tells what came of
    that before it asks for the upload.
    """

    def __init__(self, token: str, space: str) -> None:
        self.token = token
        self.space = space

    def claim(self) -> None:
        """Refuse."""
        raise UploadNotFound(self.token)


class StagedUploads:
    """The staged uploads of a store, by token."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._staged: dict[str, StagedUpload] = {}

    def add(self, upload: Upload, header: CheckedHeader) -> None:
        """Keep an upload as long as the store keeps it."""
        for token in [token for token, staged in self._staged.items() if not self._is_there(staged.upload)]:
            del self._staged[token]
        self._staged[upload.token] = StagedUpload(upload, header)

    def get(self, token: str) -> StagedUpload | None:
        """An upload of the caller's; None if there is none (any more)."""
        staged = self._staged.get(token)
        return staged if staged is not None and self._is_there(staged.upload, caller.get()) else None

    def _is_there(self, upload: Upload, owner: str | None = None) -> bool:
        try:
            self._store.staged(upload.token, upload.owner if owner is None else owner)
        except UploadNotFound:
            return False
        return True
