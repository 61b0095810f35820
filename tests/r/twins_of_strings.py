"""Pipelines written twice, in R and in Python, of texts changed, looked into and joined."""

from __future__ import annotations

from collections.abc import Callable

from jazz import ops

TYPES_OF_STRINGS = {
    "name": "string[n]?",
    "place": "string[n]",
    "level": "factor[n]?",
}
"""The types of further inputs."""

DATA_OF_STRINGS = {
    "name": 'c(" Åse Straße ", NA, "a.b a.b")',
    "place": 'c("Wien", "", "四😀")',
    "level": 'factor(c("low", NA, "high"))',
}
"""What they are, in R."""

OF_STRINGS: dict[str, Callable[..., object]] = {
    "function(name) nchar(name)": lambda name: name.str.len(),
    "function(name) toupper(name)": lambda name: name.str.upper(),
    "function(name) tolower(jz_str_upper(name))": lambda name: name.str.upper().str.lower(),
    "function(name) trimws(name)": lambda name: name.str.strip(),
    'function(name) trimws(jz_str_strip(name, "left"), "right")': lambda name: name.str.lstrip().str.rstrip(),
    "function(name) substr(name, 2, 4)": lambda name: name.str[1:4],
    "function(name) substr(name, 0, 2)": lambda name: name.str.slice(0, 2),
    "function(name) substring(name, 3)": lambda name: name.str[2:],
    "function(name) jz_str_slice(name, -3, -1)": lambda name: name.str[-3:-1],
    'function(name) startsWith(name, "a")': lambda name: name.str.startswith("a"),
    "function(name, place) jz_str_startswith(name, place)": lambda name, place: name.str.startswith(place),
    "function(name, place) endsWith(name, place)": lambda name, place: name.str.endswith(place),
    'function(name) jz_str_endswith(name, "b")': lambda name: name.str.endswith("b"),
    'function(name) grepl(".b", name, fixed = TRUE)': lambda name: ops.fill_na(ops.str_contains(name, ".b"), False),
    'function(level) jz_str_contains(level, "o")': lambda level: level.str.contains("o"),
    'function(name) gsub("a.", "-", name, fixed = TRUE)': lambda name: name.str.replace("a.", "-"),
    'function(name, place) jz_str_replace(name, "a", place)': lambda name, place: name.str.replace("a", place),
    'function(name, place) paste0(name, "-", place)': lambda name, place: name + "-" + place,
    'function(name, place) paste(name, place, sep = ", ")': lambda name, place: name.str.cat(place, sep=", "),
    'function(place) paste("in", 1, place)': lambda place: "in 1 " + place,
    "function(level, place) paste0(toupper(level), place)": lambda level, place: level.str.upper() + place,
    'function(name) ifelse(is.na(name), "?", name)': lambda name: ops.where(ops.is_na(name), "?", name),
    "function(name) jz_str_len(jz_str_lower(name)) > 3": lambda name: ops.str_len(ops.str_lower(name)) > 3.0,
}
