from jazz_server.pipelines.violations import Violations

NAMES = ["matmul", "take"]


def test_names_that_are_close_are_told_in_words():
    assert Violations().nearest("matmull", NAMES) == "matmul"
    assert Violations().nearest("min", ["mine", "max", "minus"]) == "mine or minus"
    assert Violations().nearest("x", NAMES) == ""


def test_what_may_have_been_meant_is_not_looked_for_where_nobody_hears_of_it():
    violations = Violations()
    for position in range(100):
        assert violations.nearest("matmull", NAMES) == "matmul"
        violations.add(f"steps[{position}]", "an operation, such as matmul", "'matmull'")
    assert violations.nearest("matmull", NAMES) == ""


def test_a_field_has_one_violation_the_first():
    violations = Violations()
    violations.add("x", "1", "2")
    violations.add("x", "3", "4")
    assert [each.expected for each in violations.all] == ["1"]


def test_names_are_looked_at_only_so_often():
    violations = Violations()
    wide = [f"column {number}" for number in range(9_000)]
    for _ in range(2):
        assert "column 8999" in violations.suggestion("columm 8999", wide)
    assert "column 1999" in violations.suggestion("columm 1999", wide)  # two thousand are left
    assert violations.suggestion("columm 1999", wide) == ""
