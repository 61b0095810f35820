import pytest
from hypothesis import given
from hypothesis import strategies as st

from jazz_server.store import BlockName, check_name, check_space_name, parse_name, parse_reference
from jazz_server.store.errors import InvalidName

spaces = st.from_regex(r"[a-z][a-z0-9_-]{0,62}", fullmatch=True).filter(str.isascii)


def test_a_name_has_a_space_and_a_path() -> None:
    assert parse_name("demo/a/b c/é") == BlockName("demo", "a/b c/é")
    assert str(BlockName("demo", "a/b")) == "demo/a/b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "demo",
        "demo/",
        "/a",
        "Demo/a",
        "1demo/a",
        "demo//a",
        "demo/a/",
        "demo/.",
        "demo/a/../b",
        "demo/a@b",
        "demo/a\0",
        "demo/a\nb",
        "demo/a\x7f",
        "demo/a\x85",
        "demo/e\u0301",
        "demo/\ud800",
        "d" * 64 + "/a",
        "demo/" + "a" * 1020,
        "demo/" + "é" * 510,
    ],
)
def test_what_breaks_the_rules_is_refused_with_field_expected_and_found(text: str) -> None:
    with pytest.raises(InvalidName) as caught:
        parse_name(text)
    assert caught.value.field in ("name", "space")
    assert caught.value.expected
    assert caught.value.found
    assert caught.value.reason == "INVALID_NAME"


def test_a_name_may_have_1024_bytes() -> None:
    assert len(str(parse_name("demo/" + "a" * 1019))) == 1024


def test_a_reference_may_name_a_version() -> None:
    assert parse_reference("demo/a") == (BlockName("demo", "a"), None)
    assert parse_reference("demo/a@17") == (BlockName("demo", "a"), 17)


@pytest.mark.parametrize("version", ["", "0", "-1", "01", "1.0", "x", "²", "1@2", str(2**63)])
def test_a_version_is_a_positive_integer(version: str) -> None:
    with pytest.raises(InvalidName):
        parse_reference(f"demo/a@{version}")


@given(spaces, st.text(max_size=40))
def test_whatever_is_accepted_is_given_back_unchanged(space: str, path: str) -> None:
    text = f"{space}/{path}"
    try:
        name = parse_name(text)
    except InvalidName:
        return
    assert str(name) == text
    assert check_name(name) == path.encode()
    assert parse_reference(f"{text}@1") == (name, 1)
    assert not {"", ".", ".."} & set(path.split("/"))


@given(spaces)
def test_space_names_follow_their_pattern(space: str) -> None:
    check_space_name(space)
    with pytest.raises(InvalidName):
        check_space_name(space.upper() + "!")
