"""The service Spaces."""

from __future__ import annotations

from typing import Any

from jazz.v1 import spaces_pb2 as pb
from jazz_server.services.core import Core
from jazz_server.services.masks import masked
from jazz_server.services.matching import StoredKinds
from jazz_server.services.names import read_space
from jazz_server.services.requests import existing_version
from jazz_server.services.times import duration, positive_seconds, timestamp
from jazz_server.store.records import Space, SpaceSettings

_SETTINGS = ("volatile", "versions_kept", "time_to_live", "quota_bytes", "kind")


class Spaces:
    """Namespaces with their settings."""

    def __init__(self, core: Core, kinds: StoredKinds) -> None:
        self._store = core.store
        self._kinds = kinds

    async def create_space(self, request: pb.CreateSpaceRequest, context: object) -> pb.CreateSpaceResponse:
        """Create a space."""
        name = read_space(request.name)
        settings = SpaceSettings(**self._settings(request.settings, set(_SETTINGS)))
        return pb.CreateSpaceResponse(space=_message(await self._store.create_space(name, settings)))

    async def get_space(self, request: pb.GetSpaceRequest, context: object) -> pb.GetSpaceResponse:
        """Give a space with its use."""
        return pb.GetSpaceResponse(space=_message(self._store.get_space(read_space(request.name))))

    async def list_spaces(self, request: pb.ListSpacesRequest, context: object) -> pb.ListSpacesResponse:
        """List the spaces."""
        page = self._store.list_spaces(
            prefix=request.prefix, page_size=request.page_size, page_token=request.page_token
        )
        spaces = [_message(space) for space in page.items]
        return pb.ListSpacesResponse(spaces=spaces, next_page_token=page.next_page_token)

    async def update_space(self, request: pb.UpdateSpaceRequest, context: object) -> pb.UpdateSpaceResponse:
        """Change settings."""
        name = read_space(request.name)
        fields = masked(request.update_mask, request.settings, _SETTINGS)
        changes = self._settings(request.settings, fields)
        space = await self._store.update_space(name, changes, if_version=existing_version(request))
        return pb.UpdateSpaceResponse(space=_message(space))

    async def delete_space(self, request: pb.DeleteSpaceRequest, context: object) -> pb.DeleteSpaceResponse:
        """Delete a space."""
        await self._store.delete_space(read_space(request.name), force=request.force)
        return pb.DeleteSpaceResponse()

    def _settings(self, settings: pb.SpaceSettings, fields: set[str]) -> dict[str, Any]:
        """The store's settings, of those fields that are to be set."""
        read: dict[str, Any] = {
            "volatile": settings.volatile,
            "versions_kept": settings.versions_kept or SpaceSettings().versions_kept,
            "quota_bytes": settings.quota_bytes if settings.HasField("quota_bytes") else None,
        }
        chosen = {name: value for name, value in read.items() if name in fields}
        if "time_to_live" in fields:
            chosen["ttl_seconds"] = positive_seconds("settings.time_to_live", settings, "time_to_live")
        if "kind" in fields:
            reference = settings.kind
            chosen["kind"] = self._kinds.full_name(self._store, reference, "settings.kind") if reference else None
        return chosen


def _message(space: Space) -> pb.Space:
    settings = space.settings
    return pb.Space(
        name=space.name,
        settings=pb.SpaceSettings(
            volatile=settings.volatile,
            versions_kept=settings.versions_kept,
            time_to_live=None if settings.ttl_seconds is None else duration(settings.ttl_seconds),
            quota_bytes=settings.quota_bytes,
            kind=settings.kind or "",
        ),
        version=space.version,
        create_time=timestamp(space.created_at),
        update_time=timestamp(space.updated_at),
        blocks=space.blocks,
        used_bytes=space.bytes,
    )
