"""Spaces: namespaces with their settings."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator

from jazz._async._calls import Calls
from jazz._infos import SpaceInfo, space_info
from jazz._names import flag, invalid, kind_name, text, whole
from jazz._names import if_version as checked_if_version
from jazz._operations import UNCHANGED, Unchanged
from jazz._times import to_duration
from jazz.v1 import spaces_pb2

_MOST_VERSIONS = 1_000_000
_MOST_BYTES = 2**64 - 1


class Spaces:
    """What a database does with spaces: `db.spaces`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def create(
        self,
        name: str,
        *,
        volatile: bool = False,
        versions: int | None = None,
        ttl: float | datetime.timedelta | None = None,
        quota: int | None = None,
        kind: str | None = None,
        timeout: float | None = None,
    ) -> SpaceInfo:
        """Create a space.

        Args:
            name: `[a-z][a-z0-9_-]{0,62}`.
            volatile: Whether its blocks live in memory only and are gone when the server stops; it needs a quota then.
            versions: How many versions of a block are kept; the server's default (4) when None.
            ttl: How long a block lives that is put without a time to live of its own; for ever when None.
            quota: Bytes that all kept versions and reserved uploads may take together; no limit when None.
            kind: The kind that every block must match, `space/name` or `space/name@version`.
            timeout: Seconds that it may take.

        Raises:
            AlreadyExists: There is one of that name.
            InvalidArgument: The name or a setting is not valid.

        >>> await db.spaces.create("scratch", volatile=True, quota=10_000_000)
        <SpaceInfo scratch: 0 blocks, 0 B of 10.0 MB, volatile>
        """
        request = spaces_pb2.CreateSpaceRequest(
            name=text("name", name),
            settings=spaces_pb2.SpaceSettings(
                volatile=flag("volatile", volatile),
                versions_kept=_versions(versions),
                time_to_live=to_duration("ttl", ttl),
                quota_bytes=_quota(quota),
                kind=kind_name(kind),
            ),
        )
        answer = await self._calls.unary(
            "Spaces/CreateSpace", request, spaces_pb2.CreateSpaceResponse, timeout, repeatable=False
        )
        return space_info(answer.space)

    async def get(self, name: str, *, timeout: float | None = None) -> SpaceInfo:
        """A space with its settings and its use.

        Raises:
            NotFound: There is none of that name.
        """
        request = spaces_pb2.GetSpaceRequest(name=text("name", name))
        answer = await self._calls.unary(
            "Spaces/GetSpace", request, spaces_pb2.GetSpaceResponse, timeout, repeatable=True
        )
        return space_info(answer.space)

    def list(self, prefix: str = "", *, timeout: float | None = None) -> AsyncIterator[SpaceInfo]:
        """The spaces whose names start with `prefix`, in the order of their names; pages are asked for as needed."""
        return self._listed(spaces_pb2.ListSpacesRequest(prefix=text("prefix", prefix)), timeout)

    async def _listed(self, request: spaces_pb2.ListSpacesRequest, timeout: object) -> AsyncIterator[SpaceInfo]:
        while True:
            page = await self._calls.unary(
                "Spaces/ListSpaces", request, spaces_pb2.ListSpacesResponse, timeout, repeatable=True
            )
            for space in page.spaces:
                yield space_info(space)
            request.page_token = page.next_page_token
            if not request.page_token:
                return

    async def update(
        self,
        name: str,
        *,
        versions: int | Unchanged | None = UNCHANGED,
        ttl: float | datetime.timedelta | Unchanged | None = UNCHANGED,
        quota: int | Unchanged | None = UNCHANGED,
        kind: str | Unchanged | None = UNCHANGED,
        if_version: int | None = None,
        timeout: float | None = None,
    ) -> SpaceInfo:
        """Change settings of a space; what is left out stays as it is, None stands for the default.

        Args:
            name: Its name.
            versions: As for `create`.
            ttl: As for `create`.
            quota: As for `create`.
            kind: As for `create`.
            if_version: The version that the space must have now.
            timeout: Seconds that it may take.

        Raises:
            NotFound: There is none of that name.
            VersionConflict: `if_version` is not its version.
        """
        request = spaces_pb2.UpdateSpaceRequest(name=text("name", name), if_version=checked_if_version(if_version))
        settings, paths = request.settings, request.update_mask.paths
        if not isinstance(versions, Unchanged):
            settings.versions_kept = _versions(versions)
            paths.append("versions_kept")
        if not isinstance(ttl, Unchanged):
            settings.MergeFrom(spaces_pb2.SpaceSettings(time_to_live=to_duration("ttl", ttl)))
            paths.append("time_to_live")
        if not isinstance(quota, Unchanged):
            settings.MergeFrom(spaces_pb2.SpaceSettings(quota_bytes=_quota(quota)))
            paths.append("quota_bytes")
        if not isinstance(kind, Unchanged):
            settings.kind = kind_name(kind)
            paths.append("kind")
        if not paths:
            raise invalid("update", "versions, ttl, quota or kind to change", described="none of them")
        answer = await self._calls.unary(
            "Spaces/UpdateSpace", request, spaces_pb2.UpdateSpaceResponse, timeout, repeatable=False
        )
        return space_info(answer.space)

    async def delete(self, name: str, *, force: bool = False, timeout: float | None = None) -> None:
        """Delete a space.

        Args:
            name: Its name.
            force: Whether to delete it with all that is in it.
            timeout: Seconds that it may take.

        Raises:
            NotFound: There is none of that name.
            FailedPrecondition: It is not empty, and `force` is not set.
        """
        request = spaces_pb2.DeleteSpaceRequest(name=text("name", name), force=flag("force", force))
        await self._calls.unary(
            "Spaces/DeleteSpace", request, spaces_pb2.DeleteSpaceResponse, timeout, repeatable=False
        )


def _versions(versions: object) -> int:
    return 0 if versions is None else whole("versions", versions, least=1, most=_MOST_VERSIONS)


def _quota(quota: object) -> int | None:
    return None if quota is None else whole("quota", quota, least=0, most=_MOST_BYTES)
