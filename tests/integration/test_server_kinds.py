"""Kinds over the wire: stored, listed, matched, and asked for by blocks and spaces."""

import uuid

import grpc
import numpy as np

from jazz.v1 import blocks_pb2, spaces_pb2, value_pb2
from jazz.v1 import kinds_pb2 as pb
from jazz.values import Table, dense
from wire import encoded, failure, put_messages

CODE = grpc.StatusCode


def dimension(length):
    if length is None:
        return pb.Dimension(any=pb.AnySize())
    return pb.Dimension(size=length) if isinstance(length, int) else pb.Dimension(symbol=length)


def tensor(*shape, **rules):
    dimensions = [dimension(length) for length in shape]
    float64 = value_pb2.ElementType(data_type=value_pb2.DATA_TYPE_FLOAT64)
    return pb.Type(tensor=pb.TensorType(types=[float64], shape=pb.ShapeType(dimensions=dimensions), **rules))


def table(**fields):
    return pb.Type(table=pb.TableType(fields=[pb.FieldType(name=name, type=each) for name, each in fields.items()]))


def put_kind(stubs, name, type_, **fields):
    return stubs.kinds.PutKind(pb.PutKindRequest(name=name, kind=pb.Kind(type=type_), **fields)).info


PAIR = table(image=tensor("h", "w"), mask=tensor("h", "w"))


def pair(h, w, h2, w2):
    return Table((("image", dense(np.zeros((h, w)))), ("mask", dense(np.zeros((h2, w2))))))


def test_a_kind_is_given_back_as_it_was_put(stubs):
    stored = put_kind(stubs, "lab/pair", PAIR)

    found = stubs.kinds.GetKind(pb.GetKindRequest(name="lab/pair")).info

    assert found == stored
    assert found.kind == pb.Kind(type=PAIR)


def test_an_older_version_of_a_kind_stays(stubs):
    old = put_kind(stubs, "lab/k", tensor(2)).version
    put_kind(stubs, "lab/k", tensor(3))

    found = stubs.kinds.GetKind(pb.GetKindRequest(name=f"lab/k@{old}")).info

    assert found.kind.type == tensor(2)


def test_a_kind_that_makes_no_sense_is_refused_with_everything_that_is_wrong(stubs):
    wrong = table(a=tensor("not a symbol"), b=tensor(-1), c=tensor(minimum=2.0, maximum=1.0))

    failed = failure(stubs.kinds.PutKind, pb.PutKindRequest(name="Lab/k", kind=pb.Kind(type=wrong)))

    assert failed.code == CODE.INVALID_ARGUMENT
    assert failed.fields[0] == "name"
    assert len(failed.fields) == 4


def test_a_type_that_says_nothing_is_refused(stubs):
    failed = failure(stubs.kinds.PutKind, pb.PutKindRequest(name="lab/k", kind=pb.Kind(type=table(c=pb.Type()))))

    assert (failed.code, failed.fields) == (CODE.INVALID_ARGUMENT, ["kind.type.c"])


def test_a_kind_that_refers_to_one_that_is_not_there_is_refused(stubs):
    wrong = table(a=pb.Type(kind=pb.KindReference(name="lab/none")))

    failed = failure(stubs.kinds.PutKind, pb.PutKindRequest(name="lab/k", kind=pb.Kind(type=wrong)))

    assert failed.fields == ["kind.a"]


def test_a_kind_must_not_exist_when_it_is_asked_so(stubs):
    put_kind(stubs, "lab/k", tensor(2), if_version=0)

    failed = failure(stubs.kinds.PutKind, pb.PutKindRequest(name="lab/k", kind=pb.Kind(type=tensor(2)), if_version=0))

    assert (failed.code, failed.reason) == (CODE.ALREADY_EXISTS, "KIND_EXISTS")


def test_a_repeated_put_of_a_kind_acts_once(stubs):
    request_id = str(uuid.uuid4())

    first = put_kind(stubs, "lab/k", tensor(2), request_id=request_id)

    assert put_kind(stubs, "lab/k", tensor(2), request_id=request_id) == first


def test_kinds_are_listed_in_order(stubs):
    for name in ("b", "a", "c"):
        put_kind(stubs, f"lab/{name}", tensor(2))

    first = stubs.kinds.ListKinds(pb.ListKindsRequest(prefix="lab", page_size=2))
    rest = stubs.kinds.ListKinds(pb.ListKindsRequest(prefix="lab", page_token=first.next_page_token))

    assert [info.name for info in (*first.kinds, *rest.kinds)] == ["lab/a", "lab/b", "lab/c"]


def test_a_deleted_kind_is_gone(stubs):
    put_kind(stubs, "lab/k", tensor(2))

    stubs.kinds.DeleteKind(pb.DeleteKindRequest(name="lab/k"))

    assert failure(stubs.kinds.GetKind, pb.GetKindRequest(name="lab/k")).reason == "KIND_NOT_FOUND"
    assert failure(stubs.kinds.DeleteKind, pb.DeleteKindRequest(name="lab/k")).reason == "KIND_NOT_FOUND"


def test_a_repeated_delete_of_a_kind_acts_once(stubs):
    put_kind(stubs, "lab/k", tensor(2))
    request = pb.DeleteKindRequest(name="lab/k", request_id=str(uuid.uuid4()))

    stubs.kinds.DeleteKind(request)
    stubs.kinds.DeleteKind(request)

    assert failure(stubs.kinds.GetKind, pb.GetKindRequest(name="lab/k")).reason == "KIND_NOT_FOUND"


def test_a_match_gives_the_dimensions(stubs):
    put_kind(stubs, "lab/pair", PAIR)
    stubs.put("lab/x", pair(3, 4, 3, 4))

    found = stubs.kinds.MatchKind(pb.MatchKindRequest(name="lab/pair", block="lab/x"))

    assert found.matches
    assert [(each.symbol, each.size) for each in found.bindings] == [("h", 3), ("w", 4)]


def test_a_match_gives_every_reason_why_not(stubs):
    found = stubs.kinds.MatchKind(
        pb.MatchKindRequest(inline=pb.Kind(type=PAIR), header=encoded(pair(3, 4, 5, 6)).header)
    )

    assert not found.matches
    assert {each.field for each in found.mismatches} == {"mask"}
    assert len(found.mismatches) == 2


def test_rules_about_elements_are_matched_with_a_block(stubs):
    stubs.put("lab/x", np.array([1.0, 9.0]))
    kind = pb.Kind(type=tensor("n", maximum=5.0))

    assert not stubs.kinds.MatchKind(pb.MatchKindRequest(inline=kind, block="lab/x")).matches
    header = encoded(np.array([1.0, 9.0])).header
    assert stubs.kinds.MatchKind(pb.MatchKindRequest(inline=kind, header=header)).matches


def test_a_match_needs_a_kind_and_a_value(stubs):
    assert failure(stubs.kinds.MatchKind, pb.MatchKindRequest()).fields == ["kind", "value"]


def test_a_block_is_put_with_its_kind(stubs):
    kind = put_kind(stubs, "lab/pair", PAIR)

    info = stubs.put("lab/x", pair(3, 4, 3, 4), kind="lab/pair")

    assert info.kind == f"lab/pair@{kind.version}"


def test_a_block_that_is_not_of_its_kind_is_refused_with_every_reason(stubs):
    kind = put_kind(stubs, "lab/pair", PAIR)

    failed = failure(stubs.blocks.PutBlock, put_messages("lab/x", pair(3, 4, 5, 6), kind="lab/pair"))

    assert (failed.code, failed.reason) == (CODE.INVALID_ARGUMENT, "KIND_MISMATCH")
    assert failed.info.metadata["kind"] == f"lab/pair@{kind.version}"
    assert failed.fields == ["value.mask", "value.mask"]


def test_elements_that_break_a_rule_are_refused(stubs):
    put_kind(stubs, "lab/k", tensor("n", minimum=0.0))

    failed = failure(stubs.blocks.PutBlock, put_messages("lab/x", np.array([1.0, -1.0]), kind="lab/k"))

    assert failed.reason == "KIND_MISMATCH"
    assert failure(stubs.blocks.GetBlockInfo, blocks_pb2.GetBlockInfoRequest(name="lab/x")).reason == "BLOCK_NOT_FOUND"


def test_a_kind_that_is_not_there_is_not_found(stubs):
    failed = failure(stubs.blocks.PutBlock, put_messages("lab/x", np.zeros(2), kind="lab/none"))

    assert (failed.code, failed.reason) == (CODE.NOT_FOUND, "KIND_NOT_FOUND")


def test_a_space_asks_every_block_for_its_kind(stubs):
    kind = put_kind(stubs, "kinds/k", tensor(3))
    settings = spaces_pb2.SpaceSettings(kind="kinds/k")
    stubs.spaces.CreateSpace(spaces_pb2.CreateSpaceRequest(name="lab", settings=settings))

    info = stubs.put("lab/x", np.zeros(3))
    failed = failure(stubs.blocks.PutBlock, put_messages("lab/y", np.zeros(4)))

    assert info.kind == f"kinds/k@{kind.version}"
    assert failed.reason == "KIND_MISMATCH"


def test_a_copy_into_a_space_with_a_kind_is_matched(stubs):
    put_kind(stubs, "kinds/k", tensor(3, maximum=1.0))
    settings = spaces_pb2.SpaceSettings(kind="kinds/k")
    stubs.spaces.CreateSpace(spaces_pb2.CreateSpaceRequest(name="lab", settings=settings))
    stubs.put("other/good", np.zeros(3))
    stubs.put("other/long", np.zeros(4))
    stubs.put("other/large", np.full(3, 2.0))

    stubs.blocks.CopyBlock(blocks_pb2.CopyBlockRequest(source="other/good", target="lab/good"))
    for name in ("long", "large"):
        request = blocks_pb2.CopyBlockRequest(source=f"other/{name}", target=f"lab/{name}")
        assert failure(stubs.blocks.CopyBlock, request).reason == "KIND_MISMATCH"
