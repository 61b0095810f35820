"""Spaces over the wire."""

import grpc
import numpy as np
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask

from jazz.v1 import blocks_pb2
from jazz.v1 import spaces_pb2 as pb
from wire import failure, put_messages

CODE = grpc.StatusCode


def create(stubs, name="lab", **settings):
    request = pb.CreateSpaceRequest(name=name, settings=pb.SpaceSettings(**settings))
    return stubs.spaces.CreateSpace(request).space


def update(settings=None, paths=(), **fields):
    return pb.UpdateSpaceRequest(
        name="lab", settings=pb.SpaceSettings(**(settings or {})), update_mask=FieldMask(paths=paths), **fields
    )


def test_a_space_has_defaults(stubs):
    space = create(stubs)

    assert (space.name, space.settings.versions_kept, space.settings.volatile) == ("lab", 4, False)
    assert not space.settings.HasField("quota_bytes")
    assert not space.settings.HasField("time_to_live")
    assert space.version > 0


def test_a_space_has_the_settings_given(stubs):
    space = create(stubs, volatile=True, versions_kept=2, quota_bytes=5000, time_to_live=Duration(seconds=90))

    assert space.settings.volatile
    assert (space.settings.versions_kept, space.settings.quota_bytes) == (2, 5000)
    assert space.settings.time_to_live.seconds == 90


def test_a_space_tells_its_use(stubs):
    stubs.put("lab/x", np.zeros(1000))

    space = stubs.spaces.GetSpace(pb.GetSpaceRequest(name="lab")).space

    assert space.blocks == 1
    assert space.used_bytes >= 8000


def test_a_space_that_exists_cannot_be_created(stubs):
    create(stubs)

    failed = failure(stubs.spaces.CreateSpace, pb.CreateSpaceRequest(name="lab"))

    assert (failed.code, failed.reason) == (CODE.ALREADY_EXISTS, "SPACE_EXISTS")


def test_a_bad_name_of_a_space_is_refused(stubs):
    for name in ("", "Lab", "9lab", "lab/x", "l" * 64):
        failed = failure(stubs.spaces.CreateSpace, pb.CreateSpaceRequest(name=name))
        assert (failed.reason, failed.fields) == ("INVALID_NAME", ["name"])


def test_settings_out_of_range_are_refused(stubs):
    settings = pb.SpaceSettings(versions_kept=2_000_000)

    failed = failure(stubs.spaces.CreateSpace, pb.CreateSpaceRequest(name="lab", settings=settings))

    assert (failed.code, failed.reason) == (CODE.INVALID_ARGUMENT, "INVALID_SETTINGS")


def test_a_volatile_space_needs_a_quota(stubs):
    settings = pb.SpaceSettings(volatile=True)

    failed = failure(stubs.spaces.CreateSpace, pb.CreateSpaceRequest(name="lab", settings=settings))

    assert failed.reason == "INVALID_SETTINGS"


def test_a_space_cannot_ask_for_a_kind_that_is_not_there(stubs):
    settings = pb.SpaceSettings(kind="other/none")

    failed = failure(stubs.spaces.CreateSpace, pb.CreateSpaceRequest(name="lab", settings=settings))

    assert (failed.code, failed.reason) == (CODE.NOT_FOUND, "KIND_NOT_FOUND")


def test_a_space_that_is_not_there_is_not_found(stubs):
    failed = failure(stubs.spaces.GetSpace, pb.GetSpaceRequest(name="none"))

    assert (failed.code, failed.reason) == (CODE.NOT_FOUND, "SPACE_NOT_FOUND")


def test_spaces_are_listed_by_prefix_and_in_pages(stubs):
    for name in ("lab-b", "lab-a", "other"):
        create(stubs, name)

    first = stubs.spaces.ListSpaces(pb.ListSpacesRequest(prefix="lab", page_size=1))
    rest = stubs.spaces.ListSpaces(pb.ListSpacesRequest(prefix="lab", page_token=first.next_page_token))

    assert [space.name for space in (*first.spaces, *rest.spaces)] == ["lab-a", "lab-b"]


def test_an_update_changes_what_the_mask_names(stubs):
    before = create(stubs, versions_kept=2, quota_bytes=10_000)

    space = stubs.spaces.UpdateSpace(update({"versions_kept": 7, "quota_bytes": 5}, ["versions_kept"])).space

    assert (space.settings.versions_kept, space.settings.quota_bytes) == (7, 10_000)
    assert space.version > before.version


def test_an_update_without_a_mask_changes_what_is_given(stubs):
    create(stubs, versions_kept=2, quota_bytes=10_000)

    space = stubs.spaces.UpdateSpace(update({"quota_bytes": 20_000})).space

    assert (space.settings.versions_kept, space.settings.quota_bytes) == (2, 20_000)


def test_an_update_can_remove_a_setting(stubs):
    create(stubs, quota_bytes=10_000, time_to_live=Duration(seconds=1))

    space = stubs.spaces.UpdateSpace(update(paths=["quota_bytes", "time_to_live"])).space

    assert not space.settings.HasField("quota_bytes")
    assert not space.settings.HasField("time_to_live")


def test_an_update_with_an_unknown_path_is_refused(stubs):
    create(stubs)

    assert failure(stubs.spaces.UpdateSpace, update(paths=["colour"])).fields == ["update_mask.paths[0]"]


def test_an_update_of_another_version_is_a_conflict(stubs):
    version = create(stubs).version
    stubs.spaces.UpdateSpace(update({"versions_kept": 3}, if_version=version))

    failed = failure(stubs.spaces.UpdateSpace, update({"versions_kept": 5}, if_version=version))

    assert (failed.code, failed.reason) == (CODE.ABORTED, "VERSION_CONFLICT")


def test_a_space_does_not_turn_volatile(stubs):
    create(stubs, quota_bytes=10)

    assert failure(stubs.spaces.UpdateSpace, update({"volatile": True})).reason == "INVALID_SETTINGS"


def test_a_space_that_is_not_empty_is_deleted_only_by_force(stubs):
    stubs.put("lab/x", np.zeros(3))

    failed = failure(stubs.spaces.DeleteSpace, pb.DeleteSpaceRequest(name="lab"))
    stubs.spaces.DeleteSpace(pb.DeleteSpaceRequest(name="lab", force=True))

    assert (failed.code, failed.reason) == (CODE.FAILED_PRECONDITION, "SPACE_NOT_EMPTY")
    assert failure(stubs.blocks.GetBlockInfo, blocks_pb2.GetBlockInfoRequest(name="lab/x")).reason == "BLOCK_NOT_FOUND"


def test_as_many_versions_are_kept_as_the_space_says(stubs):
    create(stubs, versions_kept=2)
    versions = [stubs.put("lab/x", np.zeros(3)).version for _ in range(4)]

    listed = stubs.blocks.ListBlockVersions(blocks_pb2.ListBlockVersionsRequest(name="lab/x")).blocks

    assert [info.version for info in listed] == versions[:1:-1]


def test_a_volatile_space_has_the_same_interface(stubs):
    create(stubs, volatile=True, quota_bytes=1 << 24)
    array = np.arange(400_000, dtype=np.float64)

    stubs.put("lab/x", array)
    stubs.put("lab/y", array[:3])

    np.testing.assert_array_equal(stubs.array("lab/x"), array)
    np.testing.assert_array_equal(stubs.array("lab/y"), array[:3])


def test_a_volatile_space_refuses_what_its_quota_has_no_room_for(stubs):
    create(stubs, volatile=True, quota_bytes=1000)

    assert failure(stubs.blocks.PutBlock, put_messages("lab/x", np.zeros(1000))).reason == "QUOTA_EXCEEDED"
